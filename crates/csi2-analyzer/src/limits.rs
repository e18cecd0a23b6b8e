//! Bounds on memory and patience.

/// Bounds. Exceeding one costs data and is said: a finding on the link, a count of the assembler. Never more memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Greatest distance between lanes, in byte times.
    pub max_skew_bytes: usize,
    /// Bytes kept of one lane while another brings none: files of lane bytes that are not read in step, or whose
    /// packets leave the higher lanes a byte behind.
    pub max_lane_lag_bytes: usize,
    /// Streams (virtual channel x data type) with an open frame at the same time.
    pub max_open_streams: usize,
    /// Payload bytes of one frame. Its samples take up to 2.7 times as much (of RAW6; twice as much of RAW8).
    pub max_frame_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_skew_bytes: 6,
            max_lane_lag_bytes: 16 << 20,
            // An image and its embedded rows on each virtual channel.
            max_open_streams: 32,
            max_frame_bytes: 256 << 20,
        }
    }
}
