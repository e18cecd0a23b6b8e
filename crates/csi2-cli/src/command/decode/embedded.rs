//! Embedded rows of the frames that end.

use crate::report::embedded::EmbeddedJson;
use csi2_analyzer::{EmbeddedReader, Frame, Received};
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::Profile;
use std::collections::VecDeque;

/// What the rows of a frame said, there when the frame is.
pub(super) struct EmbeddedRows {
    reader: EmbeddedReader,
    sensor: Option<&'static Profile>,
    /// Of the channels whose frame ended with the last event.
    said: Vec<(VirtualChannel, Embedded)>,
    /// Of frames that wait.
    kept: VecDeque<(Key, Embedded)>,
}

/// What the rows of a frame said.
#[derive(Clone, Debug)]
pub(super) struct Embedded {
    pub(super) json: EmbeddedJson,
    /// Integration time times gain, in lines.
    pub(super) light: Option<f64>,
}

/// Channel, data type and index of a frame.
type Key = (VirtualChannel, DataType, u64);

/// More than wait at a time.
const MOST_KEPT: usize = 16;

impl EmbeddedRows {
    pub(super) fn new(sensor: Option<&'static Profile>) -> Self {
        Self {
            reader: EmbeddedReader::new(),
            sensor,
            said: Vec::new(),
            kept: VecDeque::new(),
        }
    }

    pub(super) fn push(&mut self, received: &Received<'_>) {
        self.reader.push(received);
        self.drain();
    }

    /// End of the capture.
    pub(super) fn finish(&mut self) {
        self.reader.finish();
        self.drain();
    }

    /// Of the frame of this channel that has just ended.
    pub(super) fn of(&self, channel: VirtualChannel) -> Option<Embedded> {
        let said = self.said.iter().find(|(of, _)| *of == channel);
        said.map(|(_, said)| said.clone())
    }

    /// The frame that has just ended will be asked for later, once or in parts.
    pub(super) fn keep(&mut self, frame: &Frame<'_>) {
        if let Some(said) = self.of(frame.channel) {
            if self.kept.len() == MOST_KEPT {
                self.kept.pop_front();
            }
            self.kept.push_back((key(frame), said));
        }
    }

    /// Of a frame that was kept.
    pub(super) fn kept(&self, frame: &Frame<'_>) -> Option<Embedded> {
        let kept = self.kept.iter().find(|(of, _)| *of == key(frame));
        kept.map(|(_, said)| said.clone())
    }

    fn drain(&mut self) {
        self.said.clear();
        while let Some(frame) = self.reader.poll() {
            let json = EmbeddedJson::of_frame(&frame, self.sensor);
            let said = json.map(|json| Embedded {
                light: json.light(),
                json,
            });
            self.said.extend(said.map(|said| (frame.channel, said)));
        }
    }
}

fn key(frame: &Frame<'_>) -> Key {
    (frame.channel, frame.data_type, frame.index)
}
