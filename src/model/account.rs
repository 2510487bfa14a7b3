//! Who is signed in (`GET /v1/accounts/me`).

use serde::{Deserialize, Serialize};

use crate::model::id::AccountId;

/// The signed-in user and the accounts they belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Me {
    /// The user, a UUID.
    pub user_id: String,
    /// Their e-mail address; may be empty.
    pub email: String,
    /// The accounts they belong to, earliest joined first.
    pub accounts: Vec<Membership>,
}

/// One account of the signed-in user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Membership {
    /// The account.
    pub account_id: AccountId,
    /// A short name made of the id.
    pub slug: String,
    /// The name people gave it.
    pub name: String,
    /// `owner`, `member`, or a word of a newer server.
    pub role: String,
}
