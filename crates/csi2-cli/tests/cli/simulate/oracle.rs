//! Patterns, and what is read out of them, worked out once more.

/// Red, green and blue of the eight bars, as their names say.
const BARS: [[bool; 3]; 8] = {
    const ON: bool = true;
    const OFF: bool = false;
    [
        [ON, ON, ON],
        [ON, ON, OFF],
        [OFF, ON, ON],
        [OFF, ON, OFF],
        [ON, OFF, ON],
        [ON, OFF, OFF],
        [OFF, OFF, ON],
        [OFF, OFF, OFF],
    ]
};

/// A mode without flips, in RGGB order.
#[derive(Clone, Copy)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) bits: u32,
}

/// Which picture: frame, exposure.
pub(super) type Shot = (usize, usize);

impl Canvas {
    pub(super) fn top(self) -> usize {
        (1 << self.bits) - 1
    }

    /// A sample of a pattern.
    pub(super) fn sample(self, pattern: &str, x: usize, y: usize, (frame, exposure): Shot) -> u16 {
        let component = ["RG", "GB"][y % 2].as_bytes()[x % 2];
        let component = "RGB".bytes().position(|name| name == component).expect("one of three");
        let bar = usize::from(BARS[x * 8 / self.width][component]) * self.top();
        let value = match pattern {
            "bars" => bar,
            "fade" => {
                let (down, last) = (y, self.height - 1);
                let grey = 1 << (self.bits - 1);
                (bar * (last - down) + grey * down) / last
            }
            "solid" => self.top() * [3, 2, 1][component] / 4,
            "ramp" => (x + y + 16 * frame + 64 * exposure) & self.top(),
            _ => panic!("{pattern}"),
        };
        value as u16
    }

    /// A whole picture.
    pub(super) fn picture(self, pattern: &str, shot: Shot) -> Vec<u16> {
        if pattern == "pn9" {
            return self.noise(0x1FF);
        }
        (0..self.height)
            .flat_map(|y| (0..self.width).map(move |x| self.sample(pattern, x, y, shot)))
            .collect()
    }

    /// One sequence of bits, cut into samples: each bit is the sum of the fifth and the ninth before it.
    fn noise(self, register: u32) -> Vec<u16> {
        let mut bits: Vec<bool> = (0..9).rev().map(|bit| register >> bit & 1 == 1).collect();
        let count = self.width * self.height * self.bits as usize;
        for at in 9..count {
            bits.push(bits[at - 5] != bits[at - 9]);
        }
        let sample = |bits: &[bool]| bits.iter().fold(0, |value, bit| value << 1 | u16::from(*bit));
        bits[..count].chunks(self.bits as usize).map(sample).collect()
    }
}

/// What is read out of a picture: flips, then every so many pairs, then a part.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    pub(super) flip: (bool, bool),
    pub(super) every: (usize, usize),
    pub(super) size: (usize, usize),
    pub(super) at: (usize, usize),
}

impl Cut {
    pub(super) fn crop(size: (usize, usize), at: (usize, usize)) -> Self {
        Self {
            flip: (false, false),
            every: (1, 1),
            size,
            at,
        }
    }

    pub(super) fn of(self, canvas: Canvas, whole: &[u16]) -> Vec<u16> {
        let place = |at: usize, every: usize, turned: bool, length: usize| {
            let pair = at / 2 * every;
            let at = 2 * pair + at % 2;
            if turned { length - 1 - at } else { at }
        };
        let mut out = Vec::new();
        for y in 0..self.size.1 {
            let y = place(y + self.at.1, self.every.1, self.flip.1, canvas.height);
            for x in 0..self.size.0 {
                let x = place(x + self.at.0, self.every.0, self.flip.0, canvas.width);
                out.push(whole[y * canvas.width + x]);
            }
        }
        out
    }
}
