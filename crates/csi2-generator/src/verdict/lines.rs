//! Line start and line end of a channel. They name no data type: a line is that of the first image packet in it, else of the
//! first user-defined or embedded one, if that type's lines have LS and LE at all. Others in it are guests.
//!
//! What a lost packet explains is not reported. After an LE or data that came without their LS the line counts as begun, so
//! that one loss is one finding.

use super::codes::Severity;
use super::scene::Scene;
use super::stream::Stream;
use csi2_packet::DataType;

#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    open: Option<Open>,
    losses: u64,
    /// Number of the last LS of this frame in whose line something came.
    before: Option<u16>,
    /// A number did not go up: each data type counts its own lines.
    apart: bool,
    /// What the end of a line said of a type, for when that comes again: its lines are wrapped, or it is a guest.
    told: Option<(DataType, Told)>,
}

#[derive(Clone, Copy, Debug)]
enum Told {
    Wrapped,
    Guest,
}

/// A line that has begun.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// `None`: without its LS.
    number: Option<u16>,
    owner: Option<DataType>,
    /// A packet of a type that had no LS so far.
    guest: Option<DataType>,
    filled: bool,
}

impl Lines {
    pub(super) fn new(losses: u64) -> Self {
        Self {
            losses,
            ..Self::default()
        }
    }

    pub(super) fn start(&mut self, number: u16, scene: &mut Scene<'_>) {
        if let Some(open) = self.open.take() {
            self.report(scene);
            self.over(open, scene);
        }
        self.open = Some(Open {
            number: Some(number),
            ..Open::default()
        });
        self.losses = scene.losses;
    }

    pub(super) fn end(&mut self, number: u16, scene: &mut Scene<'_>) {
        match self.open.take() {
            Some(open) => {
                if open.number.is_some_and(|start| start != number) {
                    // The data between them is whole.
                    self.report_as(Severity::Warning, scene);
                }
                self.over(open, scene);
            }
            None => self.report(scene),
        }
        self.losses = scene.losses;
    }

    /// FE.
    pub(super) fn frame_end(&mut self, scene: &mut Scene<'_>) {
        if self.open.is_some() {
            self.report(scene);
        }
        *self = Self::new(scene.losses);
    }

    /// Any long packet.
    pub(super) fn fill(&mut self) {
        if let Some(open) = &mut self.open {
            open.filled = true;
        }
    }

    /// A packet that may be a line.
    pub(super) fn data(&mut self, stream: &mut Stream, scene: &mut Scene<'_>) {
        let data_type = stream.data_type;
        let image = data_type.is_image();
        match self.told.take_if(|(of, _)| *of == data_type) {
            Some((_, Told::Wrapped)) => stream.wrapped = Some(true),
            Some((_, Told::Guest)) => stream.guest = true,
            None => {}
        }
        match self.open {
            Some(open) => self.inside(open, stream, image, scene),
            None => {
                if stream.wrapped.is_none() && self.is_excused(scene) {
                    // The packet lost may have been this line's LS.
                    if stream.usually_wrapped {
                        self.without_start(stream);
                    }
                    return;
                }
                match stream.wrapped {
                    Some(true) if stream.guest => {}
                    Some(true) => {
                        let severity = severity_of(data_type);
                        self.report_as(severity, scene);
                        self.without_start(stream);
                    }
                    None | Some(false) => stream.wrapped = Some(false),
                }
            }
        }
        self.losses = scene.losses;
    }

    fn inside(&mut self, open: Open, stream: &mut Stream, image: bool, scene: &mut Scene<'_>) {
        let data_type = stream.data_type;
        if image && open.owner == Some(data_type) {
            // LE of the line before and LS of this one are missing.
            self.report(scene);
            self.over(open, scene);
            self.without_start(stream);
            return;
        }
        let taken = open.owner.is_some_and(|owner| owner.is_image() || !image);
        if taken {
            stream.guest |= stream.wrapped != Some(true) && open.owner != Some(data_type);
            return;
        }
        if stream.wrapped == Some(false) {
            let guest = open.guest.or((!stream.guest).then_some(data_type));
            self.open = Some(Open { guest, ..open });
            return;
        }
        stream.wrapped = Some(true);
        if let Some(number) = open.number.filter(|_| data_type != DataType::EMBEDDED) {
            self.apart |= self.before.is_some_and(|before| number <= before);
            let next = self.before.and_then(|before| before.checked_add(1));
            stream.number(number, !self.apart && next == Some(number), scene);
        }
        if let Some(other) = open.owner.or(open.guest) {
            self.told = Some((other, Told::Guest));
        }
        self.open = Some(Open {
            owner: Some(data_type),
            ..open
        });
    }

    fn without_start(&mut self, stream: &mut Stream) {
        stream.unnumbered();
        self.open = Some(Open {
            owner: Some(stream.data_type),
            ..Open::default()
        });
    }

    /// A line is over.
    fn over(&mut self, open: Open, scene: &mut Scene<'_>) {
        if let (None, Some(guest)) = (open.owner, open.guest) {
            // Nobody else came: it was its line.
            self.report_as(severity_of(guest), scene);
            self.told = Some((guest, Told::Wrapped));
        }
        if let Some(number) = open.number.filter(|_| open.filled) {
            self.apart |= self.before.is_some_and(|before| number < before);
            self.before = Some(number);
        }
    }

    fn report(&self, scene: &mut Scene<'_>) {
        self.report_as(Severity::Error, scene);
    }

    fn report_as(&self, severity: Severity, scene: &mut Scene<'_>) {
        if !self.is_excused(scene) {
            scene.tally.add_as("LINE_SYNC_ERR", severity);
        }
    }

    fn is_excused(&self, scene: &Scene<'_>) -> bool {
        scene.losses > self.losses
    }
}

/// No image suffers from what is wrong with embedded lines.
fn severity_of(data_type: DataType) -> Severity {
    if data_type == DataType::EMBEDDED {
        Severity::Warning
    } else {
        Severity::Error
    }
}
