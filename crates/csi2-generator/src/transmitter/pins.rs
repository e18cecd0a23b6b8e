//! Samples of the wires, counted and cut into pieces.

use super::Piece;
use alloc::{vec, vec::Vec};
use csi2_dphy::{
    Clocking, EscapeCommand, LaneBytes, LaneFlaw, LineState, MAX_LANES, Observation, Samples, Timebase, UnitInterval,
    Waveform, WaveformSettings,
};

/// Most bytes of samples in a piece: a multiple of every unit.
const PIECE: usize = 64 << 10;

type Out<'a, E> = dyn FnMut(Piece<'_>) -> Result<(), E> + 'a;

#[derive(Clone, Debug)]
pub(super) struct Pins {
    waveform: Waveform,
    samples_per_ui: UnitInterval,
    /// Bit of each data lane.
    lanes: u8,
    /// UI from the request of a gated clock to that of the data lanes.
    clock_entry: u64,
    shows_stop: bool,
    /// Index of the next sample.
    next: u64,
    buffer: Vec<u8>,
}

impl Pins {
    pub(super) fn new(settings: WaveformSettings) -> Self {
        let timing = &settings.timing;
        let starting = [timing.lpx, timing.clk_prepare, timing.clk_zero, timing.clk_pre];
        let gated = settings.clocking == Clocking::Gated && settings.wires.clock;
        Self {
            clock_entry: if gated { starting.map(u64::from).iter().sum() } else { 0 },
            shows_stop: settings.wires.low_power,
            waveform: Waveform::new(settings),
            samples_per_ui: settings.samples_per_ui.reduced(),
            lanes: (0..settings.lanes.min(MAX_LANES)).fold(0, |lanes, lane| lanes | 1 << lane),
            next: 0,
            buffer: vec![0; PIECE],
        }
    }

    pub(super) fn burst<E>(
        &mut self,
        lanes: &LaneBytes<'_>,
        flaws: &[LaneFlaw; MAX_LANES],
        out: &mut Out<'_, E>,
    ) -> Result<(), E> {
        self.waveform.burst_with(lanes.lanes.map(<[u8]>::len), flaws);
        self.pump(lanes, out)
    }

    /// Low-power states of T_LPX each.
    pub(super) fn line_states<E>(&mut self, lane: u8, states: &[LineState], out: &mut Out<'_, E>) -> Result<(), E> {
        self.waveform
            .line_states(1_u8.checked_shl(lane.into()).unwrap_or(0), states);
        self.pump(&NO_BYTES, out)
    }

    pub(super) fn deskew<E>(&mut self, ui: u64, out: &mut Out<'_, E>) -> Result<(), E> {
        self.waveform.deskew(ui);
        self.pump(&NO_BYTES, out)
    }

    /// `bytes` go over each of the lanes.
    pub(super) fn escape<E>(
        &mut self,
        lanes: u8,
        command: EscapeCommand,
        bytes: &[u8],
        out: &mut Out<'_, E>,
    ) -> Result<(), E> {
        self.waveform.escape(lanes, command, bytes.len());
        let bytes = LaneBytes {
            lanes: [bytes; MAX_LANES],
            count: MAX_LANES,
        };
        self.pump(&bytes, out)
    }

    pub(super) fn ulps<E>(&mut self, lanes: u8, clock: bool, ui: u64, out: &mut Out<'_, E>) -> Result<(), E> {
        self.waveform.ulps(lanes, clock, ui);
        self.pump(&NO_BYTES, out)
    }

    pub(super) fn turnaround<E>(&mut self, lanes: u8, out: &mut Out<'_, E>) -> Result<(), E> {
        self.waveform.turnaround(lanes);
        self.pump(&NO_BYTES, out)
    }

    /// ULPS of all lanes.
    pub(super) fn sleep<E>(&mut self, ui: u64, out: &mut Out<'_, E>) -> Result<(), E> {
        self.ulps(self.lanes, true, ui, out)
    }

    pub(super) fn idle<E>(&mut self, ui: u64, out: &mut Out<'_, E>) -> Result<(), E> {
        if ui == 0 {
            return Ok(());
        }
        self.waveform.idle(ui);
        self.pump(&NO_BYTES, out)
    }

    /// The stop state up to this sample, rounded up to whole UI.
    pub(super) fn wait_until<E>(&mut self, sample: u64, out: &mut Out<'_, E>) -> Result<(), E> {
        let UnitInterval { numerator, denominator } = self.samples_per_ui;
        let samples = u128::from(sample.saturating_sub(self.next));
        let ui = (samples * u128::from(denominator)).div_ceil(u128::from(numerator.max(1)));
        self.idle(u64::try_from(ui).unwrap_or(u64::MAX), out)
    }

    pub(super) const fn clock_entry(&self) -> u64 {
        self.clock_entry
    }

    /// Whether low-power states can be told from high speed.
    pub(super) const fn shows_stop(&self) -> bool {
        self.shows_stop
    }

    /// Samples of so many UI.
    pub(super) fn samples(&self, ui: u64) -> u64 {
        let UnitInterval { numerator, denominator } = self.samples_per_ui;
        let samples = u128::from(ui) * u128::from(numerator) / u128::from(denominator.max(1));
        u64::try_from(samples).unwrap_or(u64::MAX)
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Length of a sample at `rate` bits per second.
    pub(super) fn timebase(&self, rate: u64) -> Timebase {
        let seconds = UnitInterval {
            numerator: self.samples_per_ui.denominator.max(1),
            denominator: rate.saturating_mul(self.samples_per_ui.numerator.max(1)),
        };
        let UnitInterval { numerator, denominator } = seconds.reduced();
        Timebase { numerator, denominator }
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = &'static str> {
        (0..self.waveform.channels()).filter_map(|channel| self.waveform.channel_name(channel))
    }

    /// All samples of what the waveform has been told.
    fn pump<E>(&mut self, lanes: &LaneBytes<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        let unit = self.waveform.unit();
        loop {
            let filled = self.waveform.fill(lanes, &mut self.buffer);
            let Some(bytes @ [_, ..]) = self.buffer.get(..filled) else {
                return Ok(());
            };
            let first = self.next;
            self.next += (filled / unit) as u64;
            out(Piece {
                seen: Observation::Samples(Samples { first, unit, bytes }),
                starts: false,
                ends: false,
                at: first,
            })?;
        }
    }
}

const NO_BYTES: LaneBytes<'_> = LaneBytes {
    lanes: [&[]; MAX_LANES],
    count: 0,
};
