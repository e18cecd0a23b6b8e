//! Lines of every layout, against a model that knows which lines were sent and what became of each.

#![allow(clippy::unwrap_used)]

#[path = "../../csi2-generator/tests/wire/figures.rs"]
mod figures;
mod judge_support;

use csi2_analyzer::{AssemblerSettings, Keep, StreamFilter};
use csi2_packet::DataType;
use csi2_pixel::{Codecs, codec};
use figures::{FIGURES, Figure, Line};
use judge_support::Script;
use judge_support::frame::{Got, assemble, settings};
use proptest::prelude::*;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Fine,
    WrongChecksum,
    Longer(usize),
    Shorter(usize),
    /// The burst ends early.
    Cut(usize),
    /// Its header is unusable.
    Unusable,
    /// Nothing tells; only where lines are numbered.
    Vanished,
}

#[derive(Clone, Debug)]
struct Picture {
    /// Groups in a line, in the shorter ones of YUV420.
    groups: usize,
    /// Bytes at the end of a line that are no whole group.
    rest: usize,
    height: usize,
    numbered: bool,
    /// Under the code of a user-defined type.
    declared: bool,
    /// Payload comes in pieces.
    pieces: usize,
    seed: u8,
    /// Of the second frame; the first is whole.
    fates: Vec<Fate>,
}

impl Picture {
    fn twice(&self, figure: &Figure, row: usize) -> usize {
        if figure.line == Line::ShortThenLong && row % 2 == 1 {
            2
        } else {
            1
        }
    }

    fn rest(&self, figure: &Figure) -> usize {
        self.rest % figure.bytes
    }

    /// Payload bytes of a line.
    fn length(&self, figure: &Figure, row: usize) -> usize {
        (self.groups * figure.bytes + self.rest(figure)) * self.twice(figure, row)
    }

    fn payload(&self, figure: &Figure, frame: usize, row: usize) -> Vec<u8> {
        let mut state = u32::from(self.seed) << 16 | (frame << 8 | row) as u32;
        (0..self.length(figure, row))
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    }

    /// What is done to line `row`, after what came before it.
    fn fate(&self, figure: &Figure, frame: usize, row: usize) -> Fate {
        let fate = *self.fates.get(row).filter(|_| frame > 0).unwrap_or(&Fate::Fine);
        // A length of YUV420 that is that of the other lines is another fate.
        let half = self.length(figure, 0);
        let gone = |of: usize| matches!(self.fates.get(of), Some(Fate::Unusable | Fate::Vanished));
        match fate {
            // Without a line there is no frame.
            _ if row + 1 == self.height && (0..row).all(gone) => Fate::Fine,
            Fate::Vanished if !self.numbered => Fate::Fine,
            // The first line of a frame says how long lines are.
            Fate::Longer(_) | Fate::Shorter(_)
                if row == 0 || (0..row).all(|of| self.fate(figure, frame, of) != Fate::Fine) =>
            {
                Fate::Fine
            }
            Fate::Longer(by) | Fate::Shorter(by) if by == half => Fate::Fine,
            fate => fate,
        }
    }

    fn data_type(&self, figure: &Figure) -> u8 {
        if self.declared { 0x35 } else { figure.code }
    }

    fn script(&self, figure: &Figure) -> Script {
        let mut script = Script::new();
        let of = self.data_type(figure);
        script.pieces(self.pieces);
        for frame in 0..2 {
            let s = script.fs(frame as u16 + 1);
            for row in 0..self.height {
                let fate = self.fate(figure, frame, row);
                let mut payload = self.payload(figure, frame, row);
                let number = row as u16 + 1;
                if fate == Fate::Vanished {
                    continue;
                }
                if self.numbered {
                    s.ls(number);
                }
                match fate {
                    Fate::Fine | Fate::Vanished => s.line(of, &payload),
                    Fate::WrongChecksum => s.wrong(of, &payload),
                    Fate::Longer(by) => {
                        payload.extend(vec![0xEE; by]);
                        s.line(of, &payload)
                    }
                    Fate::Shorter(by) => s.line(of, &payload[..payload.len() - by]),
                    Fate::Cut(by) => s.cut(of, payload.len() as u16, &payload[..payload.len() - by]),
                    Fate::Unusable => s.lost(of, payload.len() as u64 + 2),
                };
                if self.numbered {
                    s.le(number);
                }
            }
            s.fe(frame as u16 + 1);
        }
        script
    }

    /// Rows, lost rows, bad rows.
    fn expected(&self, figure: &Figure, frame: usize, keep: Keep) -> (Vec<Vec<u32>>, Vec<u32>, Vec<u32>) {
        let (mut rows, mut missing, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let width = self.groups * figure.pixels();
        for row in 0..self.height {
            let mut payload = self.payload(figure, frame, row);
            let fate = self.fate(figure, frame, row);
            match fate {
                Fate::Unusable | Fate::Vanished => {
                    missing.push(row as u32);
                    payload.clear();
                }
                Fate::Shorter(by) | Fate::Cut(by) => payload.truncate(payload.len() - by),
                Fate::Fine | Fate::WrongChecksum | Fate::Longer(_) => {}
            }
            if !matches!(fate, Fate::Fine | Fate::Unusable | Fate::Vanished) {
                bad.push(row as u32);
            }
            let (mut cells, length): (Vec<u32>, usize) = match keep {
                Keep::Packed => (
                    payload.into_iter().map(u32::from).collect(),
                    self.length(figure, 0) * self.twice(figure, 1),
                ),
                Keep::Samples => {
                    // Whole groups: of the longer lines of YUV420, U and V with both their Y.
                    let group = figure.bytes * self.twice(figure, row);
                    let whole = payload.len() / group * group;
                    (figure.unpack(&payload[..whole]), figure.samples_of(1, width))
                }
            };
            cells.resize(length, 0);
            rows.push(cells);
        }
        (rows, missing, bad)
    }
}

fn picture() -> impl Strategy<Value = Picture> {
    let fate = prop_oneof![
        4 => Just(Fate::Fine),
        1 => Just(Fate::WrongChecksum),
        1 => (1_usize..4).prop_map(Fate::Longer),
        1 => (1_usize..4).prop_map(Fate::Shorter),
        1 => (1_usize..4).prop_map(Fate::Cut),
        1 => Just(Fate::Unusable),
        1 => Just(Fate::Vanished),
    ];
    (
        (5_usize..9, 0_usize..9, 3_usize..9, any::<bool>()),
        (any::<bool>(), 0_usize..12, any::<u8>()),
        prop::collection::vec(fate, 0..9),
    )
        .prop_map(
            |((groups, rest, height, numbered), (declared, pieces, seed), fates)| Picture {
                groups,
                rest,
                height,
                numbered,
                declared,
                pieces,
                seed,
                fates,
            },
        )
}

fn declaring(keep: Keep, declared: u8, like: u8) -> AssemblerSettings {
    let mut codecs = Codecs::STANDARD;
    assert!(codecs.declare(DataType::from_bits(declared), codec(DataType::from_bits(like)).unwrap()));
    AssemblerSettings {
        codecs,
        streams: StreamFilter::IMAGES.data_types(&(0x10..0x40).map(DataType::from_bits).collect::<Vec<_>>()),
        ..settings(keep)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn rows_land_where_they_belong(picture in picture(), keep in prop_oneof![Just(Keep::Samples), Just(Keep::Packed)]) {
        for figure in FIGURES {
            let settings = declaring(keep, 0x35, figure.code);
            let all = assemble(&picture.script(figure), settings);
            prop_assert_eq!(all.len(), 2, "{:?}", figure);
            for (index, got) in all.into_iter().enumerate() {
                let (rows, missing, bad) = picture.expected(figure, index, keep);
                let Got { data_type, width, rest_bytes, complete, .. } = got;
                prop_assert_eq!(data_type, picture.data_type(figure));
                prop_assert_eq!(width as usize, picture.groups * figure.pixels());
                prop_assert_eq!(rest_bytes as usize, picture.rest(figure) * picture.twice(figure, 1), "{:?}", figure);
                prop_assert_eq!(got.missing, missing.clone(), "{:?} frame {}", figure, index);
                prop_assert_eq!(got.bad, bad, "{:?} frame {}", figure, index);
                prop_assert_eq!(got.rows, rows, "{:?} frame {}", figure, index);
                prop_assert_eq!(complete, missing.is_empty());
            }
        }
    }

    /// Lines of any length, declared or not, lost or not: rows are as many and as long as the frame says.
    #[test]
    fn nothing_breaks_the_frame(
        lines in prop::collection::vec((0_usize..FIGURES.len() + 1, 0_usize..40, 0_u8..9), 1..40),
        like in 0_usize..FIGURES.len(),
        only in prop::option::of(0_usize..FIGURES.len()),
        (keep, pieces) in (prop_oneof![Just(Keep::Samples), Just(Keep::Packed)], 0_usize..9),
    ) {
        let mut script = Script::new();
        script.pieces(pieces).fs(1);
        for (place, length, kind) in lines {
            let of = FIGURES.get(only.unwrap_or(place)).map_or(0x35, |figure| figure.code);
            let payload = vec![0xA5; length];
            match kind {
                0 => script.wrong(of, &payload),
                1 => script.cut(of, length as u16 + 7, &payload),
                2 => script.lost(of, length as u64 * 3),
                3 => script.fe(1).fs(1),
                4 => script.ls(length as u16).line(of, &payload).le(length as u16),
                _ => script.line(of, &payload),
            };
        }
        for got in assemble(&script, declaring(keep, 0x35, FIGURES[like].code)) {
            prop_assert!(!got.rows.is_empty());
            prop_assert!(got.rows.iter().all(|row| row.len() == got.rows[0].len()));
        }
    }
}
