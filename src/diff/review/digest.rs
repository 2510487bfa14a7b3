//! Short names for content: the first half of a SHA-256 over pieces that cannot run into each other.
//!
//! In: pieces of text, in order. Out: 32 hexadecimal digits, safe as a file's name. Not for secrets.

use sha2::{Digest as _, Sha256};

/// Bytes of the hash that are kept; as many as make chance and intent hopeless.
const KEPT: usize = 16;

/// A digest that is being made.
#[derive(Debug, Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Begins the digest of a kind of thing, so that two kinds with the same pieces differ.
    pub fn of(kind: &str) -> Self {
        Self::default().with(kind)
    }

    /// Adds a piece.
    pub fn with(mut self, piece: &str) -> Self {
        self.feed(piece);
        self
    }

    /// Adds a piece.
    pub fn feed(&mut self, piece: &str) {
        self.0.update((piece.len() as u64).to_le_bytes());
        self.0.update(piece);
    }

    /// The digest as text.
    pub fn text(self) -> String {
        let bytes = self.0.finalize();
        let kept = bytes.iter().take(KEPT);
        kept.map(|byte| format!("{byte:02x}")).collect()
    }

    /// The digest as a number.
    pub fn number(self) -> u64 {
        let bytes = self.0.finalize();
        let first = bytes.iter().take(8);
        first.fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
