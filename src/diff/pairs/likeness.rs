//! How alike lines are, cheaply, and which partners make the most of it.

/// Bytes of a line that are looked at.
const LOOKED_AT: usize = 128;

/// Which neighbors among its letters a line has, as bits.
pub(super) struct Print([u64; 2]);

impl Print {
    /// The print of a line, without the whitespace around it.
    pub fn of(line: &str) -> Self {
        let bytes = line.trim_ascii().as_bytes();
        let looked_at = bytes.get(..LOOKED_AT).unwrap_or(bytes);
        let mut bits = [0; 2];
        let mut last = 0;
        for byte in looked_at {
            let both = last << 8 | u32::from(*byte);
            let bit = both.wrapping_mul(0x9e37_79b1) >> 25;
            bits[usize::from(bit >= 64)] |= 1 << (bit % 64);
            last = u32::from(*byte);
        }
        Self(bits)
    }

    /// How much two lines have in common, from 0 to 1000.
    fn likeness(&self, other: &Self) -> u32 {
        let ([first, second], [third, fourth]) = (self.0, other.0);
        let common = (first & third).count_ones() + (second & fourth).count_ones();
        let ones = |bits: [u64; 2]| bits[0].count_ones() + bits[1].count_ones();
        2000 * common / (ones(self.0) + ones(other.0)).max(1)
    }
}

/// For each of the longer side's lines, whether it is the partner of the shorter side's next.
pub(super) fn best_partners(short: &[Print], long: &[Print]) -> Vec<bool> {
    let columns = long.len() + 1;
    let mut best = vec![0_u32; (short.len() + 1) * columns];
    let at = |best: &[u32], row: usize, column: usize| {
        best.get(row * columns + column).copied().unwrap_or(0)
    };
    for (row, one) in (1..).zip(short) {
        for (column, other) in (1..).zip(long) {
            if column < row {
                continue;
            }
            let with = at(&best, row - 1, column - 1) + one.likeness(other);
            let without = if column > row {
                at(&best, row, column - 1)
            } else {
                0
            };
            if let Some(cell) = best.get_mut(row * columns + column) {
                *cell = with.max(without);
            }
        }
    }
    let mut chosen = vec![false; long.len()];
    let mut row = short.len();
    for (index, is_chosen) in chosen.iter_mut().enumerate().rev() {
        let column = index + 1;
        // Where both are as good the upper line is the partner.
        let can_wait = column > row && at(&best, row, column - 1) == at(&best, row, column);
        if row > 0 && !can_wait {
            *is_chosen = true;
            row -= 1;
        }
    }
    chosen
}
