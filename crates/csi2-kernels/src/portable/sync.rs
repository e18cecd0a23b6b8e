//! Sync search: all eight wires of a sample at once.

pub(crate) fn find_sync(samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
    let at = |[a, b, c, d, e, f, g, h]: [u8; 8]| wires & !a & !b & !c & d & e & f & !g & h;
    samples.windows(8).enumerate().find_map(|(index, window)| {
        let window: [u8; 8] = window.try_into().ok()?;
        Some(at(window.map(|sample| sample ^ inverted)))
            .filter(|found| *found != 0)
            .map(|found| (index, found))
    })
}
