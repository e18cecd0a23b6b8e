//! Exposures in streams of their own.

use super::{Candidate, ExposureSorter, Held, Role, Sorted, Verdict};
use crate::Frame;
use crate::hdr::alternation::{Key, Opening};
use crate::hdr::notice::{Claim, ClaimedBy, Notice};
use crate::hdr::sets::Sets;
use crate::hdr::trim::{Trim, flat_delays, flat_rows};
use crate::hdr::{Label, OwnedFrame, Told};
use alloc::vec::Vec;
use core::cmp::Reverse;
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Exposure, MAX_EXPOSURES};

/// Long exposures without a shorter one, until frames are taken for what they are.
const ALONE: u8 = 2;

impl ExposureSorter {
    pub(super) fn labelled(&mut self, frame: &Frame<'_>, key: Key) -> Verdict {
        let label = self.label(key).filter(|label| !self.is_plain(*label));
        let Some(frame) = label.and_then(|label| self.trim.of(frame, label.exposure.index())) else {
            return Verdict::Now(label);
        };
        self.ready.push_back(Sorted { frame, label });
        Verdict::Later
    }

    /// Another long exposure that ends and no shorter one has begun: where nobody says otherwise, there are none any more.
    fn is_plain(&self, label: Label) -> bool {
        let newest = label.set + 1 == self.sets.count();
        let alone = label.exposure == Exposure::Long && newest && self.sets.is_alone();
        self.settings.method == Told::Nothing && self.alone > 0 && alone
    }

    fn label(&self, key: Key) -> Option<Label> {
        let exposure = self.role(key)?;
        let opening = self.rows.last(key)?;
        Some(Label {
            exposure: *Exposure::ALL.get(exposure)?,
            set: self.sets.of(opening.id)?,
            information_pixels: None,
        })
    }

    fn role(&self, key: Key) -> Option<usize> {
        // Optical black and other rows of an exposure's channel are not of its image.
        let image = self.roles.iter().any(|role| role.data_type.is_some()) || key.data_type.is_image();
        self.roles.iter().position(|role| role.is(key)).filter(|_| image)
    }

    pub(super) fn open(&mut self, opening: Opening) {
        if self.outright && self.roles.len() < self.settings.exposures.map_or(MAX_EXPOSURES, usize::from) {
            self.claim_outright(opening);
            return;
        }
        self.count(opening);
    }

    /// Numbers the set of a frame that begins, where it is of an exposure.
    fn count(&mut self, opening: Opening) {
        let Some(exposure) = self.role(opening.key) else { return };
        if exposure == 0 && self.settings.method == Told::Nothing {
            self.alone = if self.sets.is_alone() { self.alone + 1 } else { 0 };
            if self.alone == ALONE {
                // The sensor has gone on with one exposure.
                self.alone = 0;
                return self.roles.clear();
            }
        }
        let alone = opening.framed && self.roles.iter().all(|role| role.data_type.is_none());
        self.sets.open(opening.id, exposure, alone);
    }

    /// Frames whose rows take turns with those of others wait for these.
    pub(super) fn by_alternation(&mut self, frame: &Frame<'_>, key: Key) -> Verdict {
        let Some(opening) = self.rows.last(key) else {
            return Verdict::Now(None);
        };
        let most = self.most_held();
        let again = self.held.iter().any(|held| held.opening.key == key);
        if self.held.len() >= most || again && self.candidate.is_none() {
            self.release();
        }
        let Some(leader) = self.leader(opening) else {
            // A set may have lost the other frames.
            let expected = self.candidate.as_ref().is_some_and(|of| of.keys.contains(&key));
            if self.outright && self.held.len() < most || expected {
                self.hold(frame, opening);
                return Verdict::Later;
            }
            return Verdict::Now(None);
        };
        self.hold(frame, opening);
        let members = self.members(leader);
        let waiting = members
            .iter()
            .any(|(short, _)| self.rows.is_open(short.id) && !self.held.iter().any(|held| held.opening.id == short.id));
        if !waiting || self.held.len() >= self.most_held() {
            self.decide(leader, &members);
        }
        Verdict::Later
    }

    /// Frames that may wait.
    fn most_held(&self) -> usize {
        match self.candidate {
            Some(_) => 2 * MAX_EXPOSURES,
            None => MAX_EXPOSURES,
        }
    }

    /// The long exposure of a set that a frame seems to be of.
    fn leader(&self, opening: Opening) -> Option<u64> {
        let leads = |of: Opening| {
            let mut pairs = self.rows.partners(of.id);
            pairs.any(|(long, short, _)| long.id == of.id && self.may_be(long.key, short.key))
        };
        let is_held = |id: u64| self.held.iter().any(|held| held.opening.id == id);
        let leader_of = |of: Opening| {
            // Of three, the second trails the first, and the third both: the first is the one that is farther ahead.
            let pairs = self.rows.partners(of.id);
            let leaders = pairs.filter(|(long, short, _)| short.id == of.id && is_held(long.id) && leads(*long));
            leaders
                .filter(|(long, short, _)| self.may_be(long.key, short.key))
                .max_by_key(|(long, _, ahead)| (*ahead, Reverse(long.id)))
                .map(|(long, ..)| long.id)
        };
        // The third may begin when the first is over: it trails the second.
        let through = || {
            let pairs = self.rows.partners(opening.id);
            let mut seconds = pairs.filter(|(long, short, _)| short.id == opening.id && may_trail(long.key, short.key));
            seconds.find_map(|(second, ..)| leader_of(second))
        };
        leader_of(opening)
            .or_else(through)
            .or_else(|| leads(opening).then_some(opening.id))
    }

    /// Whether two streams may be the long exposure and a shorter one: on one channel, or the former on the first of those
    /// with rows alike. The second and the third exposure take turns too, and where the capture begins, with each other only.
    fn may_be(&self, long: Key, short: Key) -> bool {
        let first = || {
            let mut alike = self.rows.alike(long);
            alike.all(|key| key.channel.number() >= long.channel.number())
        };
        may_trail(long, short) && (long.channel == short.channel || first())
    }

    fn hold(&mut self, frame: &Frame<'_>, opening: Opening) {
        self.held.push(Held {
            opening,
            frame: OwnedFrame::of(frame),
        });
    }

    /// Frames that take turns with a long one, and rows by which they trail it, in this order.
    fn members(&self, long: u64) -> Vec<(Opening, u32)> {
        let pairs = self
            .rows
            .partners(long)
            .filter(|(of, short, _)| of.id == long && self.may_be(of.key, short.key));
        let mut members: Vec<(Opening, u32)> = pairs.map(|(_, short, ahead)| (short, ahead)).collect();
        for (second, ahead) in members.clone() {
            let thirds = self.rows.partners(second.id);
            for (_, third, more) in thirds.filter(|(of, third, _)| {
                of.id == second.id && of.key.channel != third.key.channel && may_trail(of.key, third.key)
            }) {
                if !members.iter().any(|(known, _)| *known == third) {
                    members.push((third, ahead.saturating_add(more)));
                }
            }
        }
        members.sort_by_key(|(short, ahead)| (*ahead, short.key.channel.number(), short.key.data_type.code()));
        members.truncate(
            self.settings
                .exposures
                .map_or(MAX_EXPOSURES, usize::from)
                .saturating_sub(1),
        );
        members
    }

    /// All frames of what may be a set are there.
    fn decide(&mut self, long: u64, members: &[(Opening, u32)]) {
        let held = |id: u64| self.held.iter().find(|held| held.opening.id == id);
        let Some(first) = held(long) else { return self.release() };
        let (leader, head) = (first.opening, first.frame.frame());
        let own_channel = members.iter().all(|(short, _)| short.key.channel != leader.key.channel);
        let alike = members.iter().all(|(short, ahead)| {
            held(short.id).is_some_and(|held| {
                let frame = held.frame.frame();
                let rows = frame.height == head.height || own_channel && !(frame.complete && head.complete);
                // Two cameras that are triggered together begin together.
                rows && frame.width == head.width && (*ahead > 0 || !own_channel)
            })
        });
        let keys: Vec<Key> = core::iter::once(leader)
            .chain(members.iter().map(|(short, _)| *short))
            .map(|of| of.key)
            .collect();
        // While a set is sent, each of its streams has one frame.
        let twice = (0..)
            .zip(&keys)
            .any(|(at, key)| keys.iter().take(at).any(|before| before == key));
        if !alike || members.is_empty() || twice || self.has_stranger(leader, &keys) {
            return self.release();
        }
        let mut delays: Vec<u32> = members.iter().map(|(_, ahead)| *ahead).collect();
        if !own_channel && delays.iter().all(|delay| *delay == 0) && self.settings.blanking_rows.is_none() {
            let mut ends = [(0, 0); MAX_EXPOSURES];
            let frames = core::iter::once(leader).chain(members.iter().map(|(short, _)| *short));
            for (ends, opening) in ends.iter_mut().zip(frames) {
                *ends = held(opening.id).map_or((0, 0), |held| flat_rows(&held.frame.frame()));
            }
            let late = flat_delays(ends, keys.len(), head.height as usize);
            delays = late
                .iter()
                .skip(1)
                .map(|delay| u32::try_from(*delay).unwrap_or(0))
                .collect();
            self.trim = Trim::told(&self.settings).late(late);
        }
        if own_channel && !self.outright {
            let mut frames = members.iter().filter_map(|(short, _)| held(short.id));
            let whole = head.complete && frames.all(|held| held.frame.frame().complete);
            self.compare(Candidate {
                keys,
                delays,
                since: long,
                whole,
            });
        } else {
            self.claim(&keys, own_channel, Some(delays), long);
        }
    }

    /// Whether a frame that is like those of a set has begun since, on another channel: what is there is no whole set.
    fn has_stranger(&self, leader: Opening, keys: &[Key]) -> bool {
        let since = self.rows.openings().filter(|opening| opening.id > leader.id);
        let mut within = since.take_while(|opening| opening.key != leader.key);
        let known = |key: Key| keys.iter().any(|known| known.channel == key.channel);
        let alike = |key: Key| self.rows.alike(leader.key).any(|of| of == key) && key.data_type == leader.key.data_type;
        self.settings.exposures.is_none()
            && keys.len() < MAX_EXPOSURES
            && within.any(|opening| !known(opening.key) && alike(opening.key))
    }

    /// Two cameras may seem to take turns once: where the capture goes on, a second set has to look like the first.
    fn compare(&mut self, set: Candidate) {
        match self.candidate.take() {
            Some(first) if first.is_like(&set) => {
                self.claim(&first.keys, true, Some(first.delays), first.since);
            }
            before => {
                self.refuted |= before.is_some();
                let newer = self.held.extract_if(.., |held| held.opening.id >= set.since).collect();
                self.release();
                self.held = newer;
                self.candidate = Some(set);
            }
        }
    }

    /// Somebody said that there are exposures: frames of several channels that have rows alike are.
    fn claim_outright(&mut self, opening: Opening) {
        let mut keys: Vec<Key> = self
            .rows
            .alike(opening.key)
            .filter(|key| key.data_type.is_image())
            .collect();
        keys.sort_by_key(|key| key.channel.number());
        keys.dedup_by_key(|key| key.channel);
        keys.truncate(self.settings.exposures.map_or(MAX_EXPOSURES, usize::from));
        let news = keys.len() > self.roles.len() && keys.len() > 1;
        // Line information comes in one stream.
        if news && self.shared.is_empty() {
            let is_held = |id: u64| self.held.iter().any(|held| held.opening.id == id);
            let ids = self.rows.openings().map(|opening| opening.id);
            let first = ids.filter(|id| is_held(*id) || self.rows.is_open(*id)).min();
            self.claim(&keys, true, None, first.unwrap_or(opening.id));
        } else {
            if self.held.iter().any(|held| held.opening.key == opening.key) {
                self.release();
            }
            self.count(opening);
        }
    }

    /// `since`: the first frame of the first set.
    pub(super) fn claim(&mut self, keys: &[Key], own_channel: bool, delays: Option<Vec<u32>>, since: u64) {
        if self.roles.is_empty() {
            self.base = (self.sets.count(), since);
        }
        let mut channels = [VirtualChannel::ZERO; MAX_EXPOSURES];
        let mut types = [DataType::NULL; MAX_EXPOSURES];
        for ((channel, data_type), key) in channels.iter_mut().zip(&mut types).zip(keys) {
            (*channel, *data_type) = (key.channel, key.data_type);
        }
        self.roles = keys
            .iter()
            .map(|key| Role {
                channel: Some(key.channel),
                data_type: (!own_channel).then_some(key.data_type),
            })
            .collect();
        self.notify(Notice::Claimed(Claim {
            by: if own_channel {
                ClaimedBy::Channels(channels)
            } else {
                ClaimedBy::DataTypes(types)
            },
            exposures: u8::try_from(keys.len()).unwrap_or(u8::MAX),
            delays: delays.map(|delays| {
                let mut delays = delays.into_iter();
                [delays.next().unwrap_or(0), delays.next().unwrap_or(0)]
            }),
        }));
        let (count, since) = self.base;
        self.sets = Sets::after(count);
        let openings: Vec<Opening> = self.rows.openings().filter(|opening| opening.id >= since).collect();
        for opening in openings {
            self.count(opening);
        }
        self.release();
    }

    /// Frames that were held go out, with what is known of them by now.
    pub(super) fn release(&mut self) {
        self.refuted |= self.candidate.take().is_some();
        for held in core::mem::take(&mut self.held) {
            let label = self.role(held.opening.key).and_then(|exposure| {
                Some(Label {
                    exposure: *Exposure::ALL.get(exposure)?,
                    set: self.sets.of(held.opening.id)?,
                    information_pixels: None,
                })
            });
            let trimmed = label.and_then(|label| self.trim.of(&held.frame.frame(), label.exposure.index()));
            self.ready.push_back(Sorted {
                frame: trimmed.unwrap_or(held.frame),
                label,
            });
        }
    }
}

/// Whether rows of the one may trail those of the other: on channels in ascending order the same data type, of a picture.
fn may_trail(long: Key, short: Key) -> bool {
    let same = long.data_type == short.data_type && long.data_type.is_image();
    long.channel == short.channel || long.channel.number() < short.channel.number() && same
}

impl Candidate {
    fn is_like(&self, other: &Self) -> bool {
        let whole = self.whole && other.whole;
        // Of rows that are lost some may be those ahead.
        let near = |(a, b): (&u32, &u32)| a == b || !whole && u64::from(a.abs_diff(*b)) * 8 <= u64::from(*a) + 8;
        self.keys == other.keys && self.delays.iter().zip(&other.delays).all(near)
    }
}
