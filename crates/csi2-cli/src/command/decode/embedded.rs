//! Embedded rows of the frames that end.

use crate::report::embedded::EmbeddedJson;
use csi2_analyzer::{EmbeddedReader, Received};
use csi2_packet::VirtualChannel;
use csi2_sensors::Profile;

/// What the rows of a frame said, there when the frame is.
pub(super) struct EmbeddedRows {
    reader: EmbeddedReader,
    sensor: Option<&'static Profile>,
    /// Of the channels whose frame ended with the last event.
    said: Vec<(VirtualChannel, EmbeddedJson)>,
}

impl EmbeddedRows {
    pub(super) fn new(sensor: Option<&'static Profile>) -> Self {
        Self {
            reader: EmbeddedReader::new(),
            sensor,
            said: Vec::new(),
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
    pub(super) fn of(&self, channel: VirtualChannel) -> Option<EmbeddedJson> {
        let said = self.said.iter().find(|(of, _)| *of == channel);
        said.map(|(_, said)| said.clone())
    }

    fn drain(&mut self) {
        self.said.clear();
        while let Some(frame) = self.reader.poll() {
            let said = EmbeddedJson::of_frame(&frame, self.sensor);
            self.said.extend(said.map(|said| (frame.channel, said)));
        }
    }
}
