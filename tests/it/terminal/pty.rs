//! Opens a PTY and starts a program on its far side, as a terminal emulator does.

use std::fs::File;
use std::io::Result;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Opens a PTY of a size: our side, which never blocks, and the program's.
///
/// Both are closed on exec from the start, so that no other test's child keeps them open.
pub fn open(size: Winsize) -> Result<(OwnedFd, File)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    tcsetwinsize(&master, size)?;
    rustix::io::ioctl_fionbio(&master, true)?;
    let slave = ioctl_tiocgptpeer(&master, flags)?;
    Ok((master, slave.into()))
}

/// Starts `command` in a session of its own, with `slave` as its terminal.
pub fn spawn(command: &mut Command, slave: File) -> Result<Child> {
    command
        .stdin(slave.try_clone()?)
        .stdout(slave.try_clone()?)
        .stderr(slave);
    #[expect(
        unsafe_code,
        reason = "a session can only be made between fork and exec; both calls are safe there"
    )]
    // SAFETY: the closure makes two system calls; it allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(|| {
            setsid()?;
            ioctl_tiocsctty(rustix::stdio::stdin())?;
            Ok(())
        });
    }
    command.spawn()
}
