//! From C's pointers to slices and stored values. What C promises is in `csi2.h`; what can be checked is checked here.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;

/// `length` elements to read. `None` where there cannot be so many at that place.
///
/// # Safety
/// `csi2.h`: `pointer` has `length` elements, and nobody writes to them during the call from C, which `'a` does not outlive.
pub(crate) unsafe fn slice<'a, T: Copy>(pointer: *const T, length: usize) -> Option<&'a [T]> {
    if length == 0 {
        return Some(&[]);
    }
    if !is_possible(pointer, length) {
        return None;
    }
    // SAFETY: not null, aligned, of a size that an object can have. The rest is the caller's promise.
    Some(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// `length` elements to write. `None` where there cannot be so many at that place.
///
/// # Safety
/// `csi2.h`: `pointer` has `length` elements, and nobody else reads or writes them during the call from C, which `'a` does not
/// outlive.
pub(crate) unsafe fn slice_mut<'a, T: Copy>(pointer: *mut T, length: usize) -> Option<&'a mut [T]> {
    if length == 0 {
        return Some(&mut []);
    }
    if !is_possible(pointer, length) {
        return None;
    }
    // SAFETY: not null, aligned, of a size that an object can have. The rest is the caller's promise.
    Some(unsafe { core::slice::from_raw_parts_mut(pointer, length) })
}

fn is_possible<T>(pointer: *const T, length: usize) -> bool {
    !pointer.is_null() && pointer.is_aligned() && length <= isize::MAX as usize / size_of::<T>()
}

/// Storage of C's for a value that C does not know the inside of.
pub(crate) type Words<const WORDS: usize> = [MaybeUninit<u64>; WORDS];

/// Puts a value there.
pub(crate) fn store<T, const WORDS: usize>(words: &mut Words<WORDS>, value: T) {
    const { fits::<T, WORDS>() };
    // SAFETY: the words are as large and as aligned as a T, or more, and lent for writing.
    unsafe { words.as_mut_ptr().cast::<T>().write(value) }
}

/// The value that is there.
///
/// # Safety
/// `words` had a `T` put there by [`store`], and may have been copied as a whole since.
pub(crate) unsafe fn stored<T, const WORDS: usize>(words: &mut Words<WORDS>) -> &mut T {
    const { fits::<T, WORDS>() };
    // SAFETY: large and aligned enough, lent for as long, and a T is there.
    unsafe { &mut *words.as_mut_ptr().cast::<T>() }
}

/// Held to C's view by the assertions in `csi2.h`.
const fn fits<T, const WORDS: usize>() {
    assert!(size_of::<T>() <= size_of::<Words<WORDS>>());
    assert!(align_of::<T>() <= align_of::<Words<WORDS>>());
}
