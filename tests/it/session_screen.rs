//! The session screen: what it shows and what keys do on it.

mod asks;
mod composer;
mod reading;
mod story;
mod views;
