//! The log of an agent's process: a bounded file, and its last line fit to be shown.

use std::{
    fs::File,
    io::{self, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use tokio::{io::AsyncReadExt, net::unix::pipe, sync::watch};

/// How large the file grows before it starts over.
const FILE_LIMIT: u64 = 1024 * 1024;

/// How many letters of the last line are kept.
const LINE_LIMIT: usize = 300;

/// Opens a log that only its owner can read, empty.
pub(super) fn open(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

/// Copies what a process prints into its log until it ends; tells the last line that is not blank.
pub(super) async fn copy(mut output: pipe::Receiver, mut file: File, last: watch::Sender<String>) {
    let mut chunk = vec![0; 8192];
    let mut line = Vec::new();
    let mut size = 0;
    while let Ok(read @ 1..) = output.read(&mut chunk).await {
        let bytes = chunk.get(..read).unwrap_or_default();
        size += read as u64;
        if size > FILE_LIMIT && file.set_len(0).is_ok() && file.rewind().is_ok() {
            size = read as u64;
        }
        // A full disk costs the log, not the agent.
        let _ = file.write_all(bytes);
        for byte in bytes {
            match byte {
                b'\n' => publish(&last, &std::mem::take(&mut line)),
                _ if line.len() < 4 * LINE_LIMIT => line.push(*byte),
                _ => {}
            }
        }
    }
    publish(&last, &line);
}

fn publish(last: &watch::Sender<String>, line: &[u8]) {
    let text = plain(&String::from_utf8_lossy(line));
    if !text.is_empty() {
        last.send_replace(text);
    }
}

/// A line without colors and other control sequences, cut to what fits into a message.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\x1b' {
            if letters.next_if_eq(&'[').is_some() {
                while letters.next_if(|one| !('@'..='~').contains(one)).is_some() {}
                letters.next();
            }
        } else if !letter.is_control() && !is_invisible(letter) {
            text.push(letter);
        }
    }
    text.trim().chars().take(LINE_LIMIT).collect()
}

/// Letters that reorder or hide text.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_log_line_loses_its_colors_and_control_letters() {
        assert_eq!(plain("\x1b[31mError:\x1b[0m no\x07 key\r"), "Error: no key");
    }
}
