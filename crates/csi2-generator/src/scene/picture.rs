//! What the scene looks like: shapes on a canvas 768 units high, in sixteenths of a unit, nearest first.

/// Linear light of full white: 255 squared.
pub(crate) const WHITE: u32 = 255 * 255;

/// Sixteenths of a canvas unit.
const fn u(units: i32) -> i32 {
    units * 16
}

const CANVAS_HEIGHT: i32 = u(768);
const CANVAS_CENTRE: i32 = u(512);
/// Positions beyond this are taken as this: far outside of every shape, and small enough to multiply.
const FAR: i64 = u(60_000) as i64;

/// A colour as displays take it, 0 to 255.
#[derive(Clone, Copy)]
struct Colour(u8, u8, u8);

/// From pixels to the canvas.
pub(super) struct View {
    width: i64,
    height: i64,
    /// Left end of the car.
    car: i32,
}

/// A row of pixels.
pub(super) struct Row<'a> {
    view: &'a View,
    y: i32,
}

impl View {
    pub(super) fn new(width: usize, height: usize, frame: u32) -> Self {
        let width = i64::try_from(width).unwrap_or(i64::MAX).clamp(1, 1 << 24);
        let height = i64::try_from(height).unwrap_or(i64::MAX).clamp(1, 1 << 24);
        // The car leaves the picture on the right and comes back on the left.
        let half = (width * i64::from(CANVAS_HEIGHT) / (2 * height)).min(FAR);
        let left = i64::from(CANVAS_CENTRE) - half - i64::from(CAR_LENGTH);
        let turn = 2 * half + i64::from(2 * CAR_LENGTH);
        let car = left + (i64::from(u(560)) - left + i64::from(frame) * i64::from(u(24))).rem_euclid(turn);
        Self {
            width,
            height,
            car: car as i32,
        }
    }

    pub(super) fn row(&self, y: usize) -> Row<'_> {
        let y = i64::try_from(y).unwrap_or(i64::MAX).min(1 << 24);
        let y = (2 * y + 1) * i64::from(CANVAS_HEIGHT) / (2 * self.height);
        Row {
            view: self,
            y: y.min(FAR) as i32,
        }
    }
}

impl Row<'_> {
    /// Red, green and blue of a pixel as linear light, 0 to [`WHITE`].
    pub(super) fn linear(&self, x: usize) -> [u32; 3] {
        let x = i64::try_from(x).unwrap_or(i64::MAX).min(1 << 24);
        let View { width, height, car } = *self.view;
        let x = (2 * x + 1 - width) * i64::from(CANVAS_HEIGHT) / (2 * height) + i64::from(CANVAS_CENTRE);
        let Colour(r, g, b) = look(x.clamp(-FAR, FAR) as i32, self.y, car);
        [r, g, b].map(|value| u32::from(value) * u32::from(value))
    }
}

fn look(x: i32, y: i32, car: i32) -> Colour {
    vehicle(x - car, y)
        .or_else(|| road(x, y))
        .or_else(|| house(x, y))
        .or_else(|| tree(x, y))
        .or_else(|| fir(x - u(905), y))
        .or_else(|| fir(x - u(30), y + u(14)))
        .or_else(|| meadow(x, y))
        .or_else(|| mountains(x, y))
        .or_else(|| cloud(x - u(330), y - u(110)))
        .or_else(|| cloud(x - u(560), y - u(66)))
        .unwrap_or_else(|| sky(x, y))
}

const CAR_LENGTH: i32 = u(200);

/// `x` from its left end; it stands on the middle of the road.
fn vehicle(x: i32, y: i32) -> Option<Colour> {
    if !(u(585)..u(698)).contains(&y) || !(0..CAR_LENGTH).contains(&x) {
        return None;
    }
    for centre in [u(45), u(152)] {
        let wheel = (x - centre, y - u(675));
        if circle(wheel, u(8)) {
            return Some(Colour(200, 204, 210));
        }
        if circle(wheel, u(20)) {
            return Some(Colour(24, 24, 28));
        }
    }
    let body = (u(628)..u(675)).contains(&y) && (u(4)..u(196)).contains(&x);
    // The cabin narrows towards the roof.
    let slope = u(628) - y;
    let cabin = (u(590)..u(628)).contains(&y) && (u(34) + slope / 2..u(158) - slope).contains(&x);
    if cabin {
        let glass = y >= u(597) && (u(42) + slope / 2..u(149) - slope).contains(&x) && !(u(88)..u(95)).contains(&x);
        return Some(if glass {
            Colour(168, 208, 226)
        } else {
            Colour(20, 62, 158)
        });
    }
    body.then(|| match (x, y) {
        (x, y) if x >= u(182) && (u(638)..u(650)).contains(&y) => Colour(255, 236, 150),
        (x, y) if x < u(14) && (u(638)..u(650)).contains(&y) => Colour(214, 30, 30),
        (x, y) if (u(78)..u(90)).contains(&x) && (u(638)..u(642)).contains(&y) => Colour(210, 214, 220),
        (_, y) if y >= u(664) => Colour(16, 48, 122),
        _ => Colour(28, 84, 204),
    })
}

fn road(x: i32, y: i32) -> Option<Colour> {
    let in_road = y - u(640);
    (0..u(88)).contains(&in_road).then(|| match in_road {
        d if d < u(5) || d >= u(83) => Colour(228, 228, 222),
        d if (u(61)..u(67)).contains(&d) && x.rem_euclid(u(96)) < u(56) => Colour(240, 236, 214),
        _ => shade(Colour(88, 90, 98), texture(x, y) / 2),
    })
}

fn house(x: i32, y: i32) -> Option<Colour> {
    if !(u(370)..u(604)).contains(&y) || !(u(120)..u(380)).contains(&x) {
        return None;
    }
    let (across, down) = ((x - u(250)).abs(), y - u(378));
    // The roof widens by 5 for every 4 down, and overhangs the walls.
    if (0..u(96)).contains(&down) && across <= down * 5 / 4 {
        let joint = down.rem_euclid(u(12)) < u(2);
        return Some(if joint {
            Colour(134, 26, 24)
        } else {
            Colour(196, 46, 38)
        });
    }
    if (u(306)..u(330)).contains(&x) && (u(384)..u(450)).contains(&y) {
        let course = y.rem_euclid(u(10)) < u(2);
        return Some(if course {
            Colour(196, 176, 160)
        } else {
            Colour(142, 70, 52)
        });
    }
    if !(u(474)..u(600)).contains(&y) || across >= u(104) {
        return None;
    }
    for centre in [u(192), u(308)] {
        let (dx, dy) = ((x - centre).abs(), (y - u(527)).abs());
        if dx < u(26) && dy < u(25) {
            let glass = dx < u(21) && dy < u(20) && dx >= u(2) && dy >= u(2);
            return Some(if glass {
                Colour(110, 170, 214)
            } else {
                Colour(252, 252, 248)
            });
        }
    }
    if across < u(20) && y >= u(520) {
        let knob = circle((x - u(262), y - u(562)), u(4));
        return Some(if knob {
            Colour(240, 206, 90)
        } else {
            Colour(112, 66, 36)
        });
    }
    // The roof's shadow, the wall, the base.
    Some(match y {
        y if y < u(482) => Colour(190, 174, 140),
        y if y >= u(590) => Colour(140, 134, 128),
        _ => Colour(244, 228, 190),
    })
}

fn tree(x: i32, y: i32) -> Option<Colour> {
    if !(u(370)..u(606)).contains(&y) || !(u(540)..u(730)).contains(&x) {
        return None;
    }
    let crown = [
        (u(634), u(436), u(64)),
        (u(590), u(488), u(46)),
        (u(680), u(490), u(46)),
        (u(634), u(500), u(44)),
    ];
    for (cx, cy, radius) in crown {
        if circle((x - cx, y - cy), radius) {
            // Light comes from the right, above.
            let lit = (x - cx) - (y - cy);
            return Some(shade(Colour(46, 116, 44), lit / 40 + texture(x, y) * 2));
        }
    }
    let trunk = (u(624)..u(646)).contains(&x) && (u(480)..u(604)).contains(&y);
    trunk.then(|| shade(Colour(104, 72, 42), texture(x, 0)))
}

/// `x` from its axis.
fn fir(x: i32, y: i32) -> Option<Colour> {
    if !(u(396)..u(600)).contains(&y) || x.abs() > u(60) {
        return None;
    }
    let tiers = [
        (u(400), u(470), u(30)),
        (u(440), u(525), u(42)),
        (u(490), u(580), u(56)),
    ];
    for (top, bottom, half) in tiers {
        if (top..bottom).contains(&y) && x.abs() * ((bottom - top) / 16) <= (y - top) * (half / 16) {
            return Some(shade(Colour(22, 84, 58), x / 32 + texture(x, y)));
        }
    }
    (x.abs() < u(8) && y >= u(580)).then_some(Colour(86, 58, 36))
}

fn meadow(x: i32, y: i32) -> Option<Colour> {
    if y >= u(478) {
        let nearness = (y - u(478)).min(u(290));
        let ground = mix(Colour(132, 188, 78), Colour(62, 128, 44), nearness, u(290));
        return Some(shade(ground, texture(x, y)));
    }
    // Rounded hills in front of the mountains.
    let hill = |shift: i32, length: i32, height: i32| {
        let along = (x + shift).rem_euclid(length);
        u(478) - height * (along / 16) / (length / 16) * ((length - along) / 16) / (length / 64)
    };
    if y >= hill(u(90), u(640), u(66)) {
        return Some(shade(Colour(118, 172, 80), texture(x, y) / 2));
    }
    (y >= hill(u(330), u(450), u(96))).then(|| shade(Colour(92, 146, 84), texture(x, y) / 2))
}

/// Ridge of the mountains, in canvas units; it repeats.
const RIDGE: [(i32, i32); 13] = [
    (0, 350),
    (70, 290),
    (120, 312),
    (230, 182),
    (300, 268),
    (340, 248),
    (440, 352),
    (560, 226),
    (610, 262),
    (690, 148),
    (790, 270),
    (850, 240),
    (960, 350),
];

fn mountains(x: i32, y: i32) -> Option<Colour> {
    let ((x0, y0), (x1, y1)) = slope(x)?;
    let along = x.rem_euclid(u(960));
    let ridge = u(y0) + (along - u(x0)) * (y1 - y0) / (x1 - x0);
    if y < ridge {
        return None;
    }
    // Faces that fall to the left lie in the shade: the sun stands on the right. The edges between faces lean.
    let ((_, above), (_, below)) = slope(x + (y - ridge) / 4)?;
    let jag = (along.rem_euclid(u(44)) - u(22)).abs();
    let snow = y < u(262) + jag - (ridge - u(200)) / 6;
    Some(match (snow, below > above) {
        (true, true) => Colour(250, 252, 255),
        (true, false) => Colour(196, 212, 236),
        (false, true) => shade(Colour(134, 130, 146), texture(x, y)),
        (false, false) => shade(Colour(98, 98, 120), texture(x, y)),
    })
}

/// The two points of the ridge around `x`.
fn slope(x: i32) -> Option<((i32, i32), (i32, i32))> {
    let along = x.rem_euclid(u(960));
    RIDGE.windows(2).find_map(|pair| match *pair {
        [from, to] if (u(from.0)..u(to.0)).contains(&along) => Some((from, to)),
        _ => None,
    })
}

fn cloud(x: i32, y: i32) -> Option<Colour> {
    let puffs = [
        (u(-62), u(8), u(30)),
        (u(-18), u(-10), u(40)),
        (u(34), u(0), u(34)),
        (u(72), u(12), u(24)),
    ];
    // Flat below.
    let inside = y < u(16) && puffs.iter().any(|&(cx, cy, radius)| circle((x - cx, y - cy), radius));
    inside.then(|| mix(Colour(255, 255, 255), Colour(222, 230, 240), (y + u(40)).max(0), u(64)))
}

fn sky(x: i32, y: i32) -> Colour {
    let air = mix(Colour(54, 118, 206), Colour(202, 228, 248), y.min(u(360)), u(360));
    let from_sun = (x - u(880), y - u(104));
    if circle(from_sun, u(50)) {
        return Colour(255, 238, 130);
    }
    // A halo in rings of one unit.
    match (u(51) / 16..u(140) / 16).find(|&radius| circle(from_sun, u(radius))) {
        Some(radius) => mix(Colour(255, 244, 196), air, radius - 30, 110),
        None => air,
    }
}

fn circle((dx, dy): (i32, i32), radius: i32) -> bool {
    dx.abs() <= radius && dy.abs() <= radius && dx * dx + dy * dy <= radius * radius
}

/// `from` at 0, `to` at `whole`.
fn mix(from: Colour, to: Colour, part: i32, whole: i32) -> Colour {
    let part = part.clamp(0, whole);
    let blend = |from: u8, to: u8| (i32::from(from) + (i32::from(to) - i32::from(from)) * part / whole) as u8;
    Colour(blend(from.0, to.0), blend(from.1, to.1), blend(from.2, to.2))
}

/// Lighter or darker.
fn shade(Colour(r, g, b): Colour, by: i32) -> Colour {
    let add = |value: u8| (i32::from(value) + by).clamp(0, 255) as u8;
    Colour(add(r), add(g), add(b))
}

/// -6 to 6, in grains of two units, the same at every size.
fn texture(x: i32, y: i32) -> i32 {
    let cell = ((x >> 5) as u32).wrapping_mul(0x9E37_79B1) ^ ((y >> 5) as u32).wrapping_mul(0x85EB_CA77);
    let mixed = (cell ^ cell >> 15).wrapping_mul(0x2C1B_3C6D);
    ((mixed >> 16) % 13) as i32 - 6
}
