use super::*;
use Row::{Black, Image, Lost, Unknown};

/// Rows of the slot model: each exposure `height` rows, `delays` late.
fn model(height: usize, delays: &[usize]) -> Vec<Row> {
    let mut rows = Vec::new();
    for time in 0..height + delays.iter().max().unwrap() {
        for (exposure, delay) in delays.iter().enumerate() {
            if (*delay..delay + height).contains(&time) {
                rows.push(Image(exposure));
            }
        }
    }
    rows
}

/// Places by counting.
fn counted(rows: &[Row]) -> Vec<Option<(usize, usize)>> {
    let mut next = [0; 3];
    rows.iter()
        .map(|row| {
            let Image(exposure) = row else { return None };
            next[*exposure] += 1;
            Some((*exposure, next[*exposure] - 1))
        })
        .collect()
}

fn shape(height: usize, delays: &[usize]) -> Shape {
    let mut all = [0; 3];
    all[..delays.len()].copy_from_slice(delays);
    Shape {
        exposures: delays.len(),
        delays: all,
        start: 0,
        leading: 0,
        height,
    }
}

#[test]
fn whole_frames() {
    for delays in [&[0, 1][..], &[0, 4], &[0, 0], &[0, 2, 5], &[0, 1, 2], &[0, 3, 3]] {
        for height in [6, 7, 20] {
            let rows = model(height, delays);
            let plan = Plan::of_codes(&rows, delays.len(), None);
            let places: Vec<_> = (0..rows.len()).map(|at| plan.place(at)).collect();
            assert_eq!(places, counted(&rows), "{delays:?} {height}");
            assert_eq!(plan.delays()[..delays.len()], *delays);
            let counted = Plan::of_count(rows.len(), delays.len(), plan.delays(), 0, false);
            let by_count: Vec<_> = (0..rows.len()).map(|at| counted.place(at)).collect();
            assert_eq!(by_count, places, "{delays:?} {height}");
        }
    }
}

/// Any one row is lost without a word: with a frame before it, all others stay in their place.
#[test]
fn a_lost_row_moves_no_other() {
    for delays in [&[0, 4][..], &[0, 2, 5]] {
        let rows = model(12, delays);
        let places = counted(&rows);
        for lost in 0..rows.len() {
            let mut came = rows.clone();
            came.remove(lost);
            let mut expected = places.clone();
            expected.remove(lost);
            let plan = Plan::of_codes(&came, delays.len(), Some(shape(12, delays)));
            let found: Vec<_> = (0..came.len()).map(|at| plan.place(at)).collect();
            let moved = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
            // Where only one exposure sends, which of its rows is lost is anybody's guess.
            let alone = rows[..=lost].iter().all(|row| *row == Image(0))
                || rows[lost..].iter().all(|row| *row == Image(delays.len() - 1));
            assert!(
                moved == 0 || alone && moved <= delays[delays.len() - 1],
                "{lost}: {found:?}"
            );
            assert_eq!(plan.extents.iter().take(delays.len()).map(|of| of.rows).max(), Some(12));
        }
    }
}

#[test]
fn a_lost_row_that_is_known_of_keeps_its_place() {
    let rows = model(12, &[0, 4]);
    let places = counted(&rows);
    for lost in 1..rows.len() - 1 {
        for instead in [Lost, Unknown] {
            let mut came = rows.clone();
            came[lost] = instead;
            let plan = Plan::of_codes(&came, 2, None);
            for (at, place) in places.iter().enumerate() {
                // The first row of the short exposure is not known to be one.
                if came.iter().filter(|row| **row == Image(1)).count() == 12 || lost > 8 {
                    assert_eq!(plan.place(at), *place, "{lost} {at}");
                }
            }
        }
    }
}

/// Rows of unknown code stand in for an exposure before and after its image.
#[test]
fn blanking_rows_of_unknown_code() {
    let mut rows = Vec::new();
    for time in 0..10 {
        rows.push(if time < 7 { Image(0) } else { Unknown });
        rows.push(if time < 3 { Unknown } else { Image(1) });
    }
    let plan = Plan::of_codes(&rows, 2, None);
    let places: Vec<_> = (0..rows.len()).map(|at| plan.place(at)).collect();
    assert_eq!(places, counted(&rows));
    assert_eq!(plan.delays(), [0, 3, 0]);
}

#[test]
fn black_rows_are_not_of_the_image() {
    for mut rows in [
        // Before all images, or each before its own.
        [Black(0), Black(1), Black(0), Black(1)].to_vec(),
        [Black(0), Black(0)].to_vec(),
    ] {
        let own = rows.len() == 2;
        rows.extend([Image(0), Image(0)]);
        rows.extend(if own {
            [Image(0), Black(1), Image(0), Black(1)]
        } else {
            [Image(0); 4]
        });
        rows.extend([Image(0), Image(1), Image(0), Image(1)]);
        let plan = Plan::of_codes(&rows, 2, None);
        let places: Vec<_> = (0..rows.len()).map(|at| plan.place(at)).collect();
        for (place, expected) in places.iter().zip(counted(&rows)) {
            assert_eq!(*place, expected, "{rows:?}");
        }
    }
}

#[test]
fn black_rows_with_the_code_of_the_image() {
    for (delays, leading) in [(&[0, 4][..], 3), (&[0, 2, 5], 1), (&[0, 1], 4)] {
        let mut rows = Vec::new();
        for _ in 0..leading {
            rows.extend((0..delays.len()).map(Image));
        }
        let places: Vec<_> = core::iter::repeat_n(None, rows.len())
            .chain(counted(&model(12, delays)))
            .collect();
        rows.extend(model(12, delays));
        let plan = Plan::of_codes(&rows, delays.len(), None);
        let found: Vec<_> = (0..rows.len()).map(|at| plan.place(at)).collect();
        assert_eq!(found, places, "{delays:?}");
        assert_eq!((plan.leading, plan.extents[0].rows), (leading, 12));
        // Later frames may lose rows.
        let known = Shape {
            start: leading,
            leading,
            ..shape(12, delays)
        };
        for lost in 1..rows.len() - 1 {
            let mut came = rows.clone();
            came[lost] = Lost;
            let plan = Plan::of_codes(&came, delays.len(), Some(known));
            let found: Vec<_> = (0..rows.len()).map(|at| plan.place(at)).collect();
            assert_eq!(
                found.iter().zip(&places).filter(|(a, b)| a != b).count(),
                0,
                "{delays:?} {lost}"
            );
        }
    }
}

#[test]
fn counting_with_blanking_and_black_rows() {
    // Two black rows and four of the image each, three late, slots all filled: seven... of nine row times.
    let plan = Plan::of_count(18, 2, [0, 3, 0], 2, true);
    assert_eq!(plan.extents[0], Extent { first: 2, rows: 4 });
    assert_eq!(plan.extents[1], Extent { first: 5, rows: 4 });
    assert_eq!(
        (plan.place(4), plan.place(5), plan.place(11)),
        (Some((0, 0)), None, Some((1, 0)))
    );
}

/// Whatever rows say, none goes to a place outside of its exposure, and no two to the same.
#[test]
fn nonsense() {
    let mut state = 1_u32;
    for _ in 0..2000 {
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 16) % below) as usize
        };
        let exposures = 2 + random(2);
        let rows: Vec<Row> = (0..random(30))
            .map(|_| match random(5) {
                0 => Unknown,
                1 => Lost,
                2 => Black(random(2)),
                _ => Image(random(exposures as u32)),
            })
            .collect();
        let before = (random(2) == 0).then(|| shape(random(20), &[0, random(9), random(9)][..exposures]));
        for plan in [
            Plan::of_codes(&rows, exposures, before),
            Plan::of_count(
                rows.len(),
                exposures,
                [0, random(40), random(40)],
                random(4),
                random(2) == 0,
            ),
        ] {
            let mut places: Vec<_> = (0..rows.len() + 3).filter_map(|at| plan.place(at)).collect();
            let count = places.len();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), count, "{rows:?}");
            assert!(places.iter().all(|(exposure, row)| *row < plan.extents[*exposure].rows));
        }
    }
}
