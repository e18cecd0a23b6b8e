//! What a program without std does when it panics. Nothing here does: with the feature `no-panic` the linker proves it of the
//! functions that a program calls.
#![allow(unsafe_code)]

#[cfg(feature = "no-panic")]
unsafe extern "C" {
    /// Nobody defines it.
    safe fn csi2_panicked() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "no-panic")]
    csi2_panicked();
    #[cfg(not(feature = "no-panic"))]
    loop {
        core::hint::spin_loop();
    }
}
