//! A few bytes kept by value until later ones tell what they are.

/// At most eight bytes: a header, a footer, or the last byte of each lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    bytes: [u8; Self::ROOM as usize],
    count: u8,
}

impl Kept {
    const ROOM: u8 = 8;
    pub(super) const NONE: Self = Self {
        bytes: [0; Self::ROOM as usize],
        count: 0,
    };

    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut kept = Self::NONE;
        kept.fill(bytes, Self::ROOM);
        kept
    }

    /// Appends from `bytes` until `limit` are kept; returns how many were taken.
    pub(super) fn fill(&mut self, bytes: &[u8], limit: u8) -> usize {
        let have = self.len();
        let room = self.bytes.iter_mut().take(limit.into()).skip(have);
        let taken = room.zip(bytes).map(|(to, &from)| *to = from).count();
        // At most ROOM of them.
        self.count += taken as u8;
        taken
    }

    /// The next `N` bytes, those kept and the first of `bytes`, and how many of these; while they are fewer, all are kept.
    pub(super) fn gather<const N: usize>(&mut self, bytes: &[u8]) -> (usize, Option<[u8; N]>) {
        // Nearly always nothing is kept and all are here.
        if let (0, Some(all)) = (self.count, bytes.first_chunk()) {
            return (N, Some(*all));
        }
        let taken = self.fill(bytes, N as u8);
        let all = self.first();
        if all.is_some() {
            self.clear();
        }
        (taken, all)
    }

    /// Takes the first `count` bytes out.
    pub(super) fn take(&mut self, count: usize) -> Self {
        let (first, rest) = self
            .as_slice()
            .split_at_checked(count)
            .unwrap_or((self.as_slice(), &[]));
        let first = Self::of(first);
        *self = Self::of(rest);
        first
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len()).unwrap_or_default()
    }

    pub(super) const fn len(&self) -> usize {
        self.count as usize
    }

    pub(super) const fn count(&self) -> u8 {
        self.count
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first `N` bytes, if that many are kept.
    pub(super) fn first<const N: usize>(&self) -> Option<[u8; N]> {
        self.as_slice().first_chunk().copied()
    }
}
