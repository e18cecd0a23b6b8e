//! A file read ahead of its reader, by a thread of its own: blocks go round between the two.

use crate::READER_THREAD;
use bytes::BytesMut;
use std::io::{ErrorKind, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// In front of a block: what is left of a record when the next block comes. The longest packet with its headers fits.
pub(crate) const ROOM: usize = 72 * 1024;

/// Bytes of a file in a block. Larger ones leave the cache before they are looked at, smaller ones cost more wake-ups.
pub(crate) const BLOCK: usize = 256 * 1024;

/// Blocks that a thread makes; with the one that the window has there is one more. With two in all each side waits for the
/// other; with four or more, what is read is no longer in the cache of a core when it is written over.
const BLOCKS: usize = 2;

/// What was read.
pub(crate) struct Block {
    /// [`ROOM`] bytes for what the window still holds, then those of the file.
    pub(crate) bytes: BytesMut,
    /// How many of the file there are; none at its end.
    pub(crate) read: std::io::Result<usize>,
}

/// A thread that reads. It ends with the file, at the first error, and when this is dropped: at most one read later.
pub(crate) struct ReadAhead {
    filled: Receiver<Block>,
    spent: Sender<BytesMut>,
}

impl ReadAhead {
    /// Starts reading; gives the stream back where there can be no thread.
    pub(crate) fn start(stream: Box<dyn Read + Send>) -> Result<Self, Box<dyn Read + Send>> {
        let (hand_over, stream_of) = sync_channel(1);
        let (fill, filled) = sync_channel(BLOCKS);
        let (spent, empty) = channel();
        let thread = std::thread::Builder::new().name(READER_THREAD.into());
        let spawned = thread.spawn(move || {
            if let Ok(stream) = stream_of.recv() {
                run(stream, &empty, &fill);
            }
        });
        match spawned {
            // It waits for the stream, so it is there.
            Ok(_) => match hand_over.send(stream) {
                Ok(()) => Ok(Self { filled, spent }),
                Err(unsent) => Err(unsent.0),
            },
            Err(_) => Err(stream),
        }
    }

    /// The next block; the last one has nothing of the file.
    ///
    /// # Errors
    /// Where the thread is gone: behind the last block, or where the stream panics.
    pub(crate) fn next(&self) -> std::io::Result<Block> {
        let gone = |_| std::io::Error::other("the thread that reads the file has ended");
        self.filled.recv().map_err(gone)
    }

    /// Takes back a block that is no longer needed.
    pub(crate) fn recycle(&self, bytes: BytesMut) {
        // A window that had to grow is not kept.
        let bytes = if bytes.len() == ROOM + BLOCK { bytes } else { block() };
        // Nobody waits for it where the file was read to its end.
        let _ = self.spent.send(bytes);
    }
}

fn run(mut stream: Box<dyn Read + Send>, empty: &Receiver<BytesMut>, fill: &SyncSender<Block>) {
    let mut made = 0;
    loop {
        let spent = match empty.try_recv() {
            Ok(block) => Some(block),
            Err(_) if made < BLOCKS => None,
            Err(_) => match empty.recv() {
                Ok(block) => Some(block),
                Err(_) => return,
            },
        };
        let mut bytes = spent.unwrap_or_else(|| {
            made += 1;
            block()
        });
        let read = read(&mut *stream, bytes.get_mut(ROOM..).unwrap_or_default());
        let more = matches!(read, Ok(1..));
        if fill.send(Block { bytes, read }).is_err() || !more {
            return;
        }
    }
}

/// An empty block.
pub(crate) fn block() -> BytesMut {
    BytesMut::zeroed(ROOM + BLOCK)
}

/// Reads once, again where that was interrupted.
///
/// # Errors
/// When the operating system refuses.
pub(crate) fn read(stream: &mut dyn Read, room: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match stream.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome.map(|n| n.min(room.len())),
        }
    }
}
