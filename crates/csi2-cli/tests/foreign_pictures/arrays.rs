//! Samples in NumPy, Pillow and tifffile.

use crate::{python, script};

#[test]
fn tifffile_and_numpy_find_raw_samples_of_any_depth() {
    let Some(python) = python() else { return };
    script(
        &python,
        "
for bits in (6, 7, 8, 10, 12, 14, 16, 20, 24, 28):
    kind = '|u1' if bits <= 8 else '<u2' if bits <= 16 else '<u4'
    want = rng.integers(0, 1 << bits, (11, 40)).astype('<u4' if bits > 16 else '<u2')
    link(want, f'RAW{bits}')
    npy = np.load(decode('npy'))
    assert npy.dtype == kind, npy.dtype
    same(npy, want, 'npy', bits)
    tiff = tifffile.imread(decode('tiff'))
    assert tiff.dtype == kind
    same(tiff, want, 'tiff', bits)
    same(np.fromfile(decode('raw'), kind).reshape(want.shape), want, 'raw', bits)
    if bits <= 16:
        same(np.array(Image.open(decode('png'))).astype('<u2'), want, 'png', bits)
        same(tifffile.imread(decode('dng', '--bayer', 'gbrg')), want, 'dng', bits)
    else:
        same(np.array(Image.open(decode('png', '--stretch'))).astype('<u4'), want >> (bits - 16), 'top', bits)
",
    );
}

#[test]
fn numpy_pillow_and_tifffile_find_rgb() {
    let Some(python) = python() else { return };
    script(
        &python,
        "
for name, depth in (('RGB888', (8, 8, 8)), ('RGB666', (6, 6, 6)), ('RGB565', (5, 6, 5)), ('RGB555', (5, 5, 5)), ('RGB444', (4, 4, 4))):
    want = np.stack([rng.integers(0, 1 << bits, (9, 16)) for bits in depth], -1).astype('u1')
    link(want, name)
    same(np.load(decode('npy')), want, 'npy', name)
    same(np.fromfile(decode('raw'), 'u1').reshape(want.shape), want, 'raw', name)
    # Eight bits in which the samples are the highest.
    missing = np.array([8 - bits for bits in depth])
    for picture in (np.array(Image.open(decode('png'))), tifffile.imread(decode('tiff'))):
        same(picture >> missing, want, name)
        full = np.array([(1 << bits) - 1 for bits in depth])
        assert (picture[want == full] == 255).all() and (picture[want == 0] == 0).all()
",
    );
}

#[test]
fn numpy_finds_yuv_and_stacks() {
    let Some(python) = python() else { return };
    script(
        &python,
        "
for bits in (8, 10):
    want = rng.integers(0, 1 << bits, (6, 20, 2)).astype('<u2')
    link(want, f'YUV422_{bits}')
    same(np.load(decode('npy')), want, bits)
    for name in (f'YUV420_{bits}', f'YUV420_{bits}_CSPS') + (('YUV420_8_LEGACY',) if bits == 8 else ()):
        # I420: Y, then U and V of half the width and height.
        want = rng.integers(0, 1 << bits, (9, 20)).astype('<u2')
        y, u, v = want[:6], want.ravel()[120:150].reshape(3, 10), want.ravel()[150:].reshape(3, 10)
        link(want, name)
        same(np.fromfile(decode('raw'), 'u1' if bits == 8 else '<u2'), want.ravel(), name)
        first = decode('npy')
        for plane, samples in (('y', y), ('u', u), ('v', v)):
            same(np.load(first.replace('-y.npy', f'-{plane}.npy')), samples, name, plane)
        csi2('decode', 'link.pcapng', '-o', 'stack', '--stack')
        same(np.load(f'stack/vc0-{name.lower()}-v.npy')[0], v, name)
stack = rng.integers(0, 1024, (5, 6, 20)).astype('<u2')
link(stack, 'RAW10')
csi2('decode', 'link.pcapng', '-o', 'raws', '--stack')
same(np.load('raws/vc0-raw10.npy'), stack)
same(np.load('raws/vc0-raw10.npy', mmap_mode='r')[4], stack[4])
",
    );
}
