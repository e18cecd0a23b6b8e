//! Any first bytes under any name:
//!
//! - what is detected is a row of the table, which has its own reason: its signature, or its extension, or no other row;
//! - bytes behind those that detectors may see change nothing;
//! - a capture opened without a format is of the one detected, and one that none answers for is refused by name;
//! - formats that need no seek can be opened so.
//!
//! The first byte is the extension, the rest is the file.
#![no_main]

use csi2_capture::{CaptureFormat, Confidence, FORMATS, OpenOptions, Source, detect, open};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else {
        return;
    };
    let extensions = FORMATS.iter().flat_map(|format| format.extensions);
    let extension = extensions.cycle().nth(choice.into()).filter(|_| choice & 1 == 0);
    // Of an extension with a dot in it, what is behind the dot is one too.
    let is_of_name = |own: &&str| {
        extension.is_some_and(|extension| {
            extension
                .strip_suffix(own)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    let name = extension.map_or("capture".to_owned(), |extension| format!("capture.{extension}"));
    let found = detect(bytes, &name);
    let says = |format: &CaptureFormat, least| (format.sniff)(bytes) >= least;
    match found {
        Some(format) => {
            let own = format.extensions.iter().any(is_of_name);
            let others = FORMATS.iter().filter(|other| other.name != format.name);
            let certain = says(format, Confidence::Certain);
            let only =
                says(format, Confidence::Maybe) && !others.into_iter().any(|other| says(other, Confidence::Maybe));
            assert!(certain || own || only, "{} for no reason", format.name);
        }
        None => assert!(!FORMATS.iter().any(|format| says(format, Confidence::Certain))),
    }
    let head = bytes.get(..4096).unwrap_or(bytes);
    let longer = [bytes, &[0; 4096]].concat();
    if head.len() == 4096 {
        assert_eq!(
            detect(head, &name).map(|format| format.name),
            found.map(|format| format.name)
        );
        assert_eq!(
            detect(&longer, &name).map(|format| format.name),
            found.map(|format| format.name)
        );
    }
    let source = Source {
        name,
        stream: Box::new(std::io::Cursor::new(bytes.to_vec())),
        path: None,
    };
    match (open(source, &OpenOptions::default()), found) {
        (Ok(capture), Some(format)) => assert_eq!(capture.info().format, format.name),
        (Ok(capture), None) => panic!("{} is read, and was not detected", capture.info().format),
        (Err(error), _) => assert!(!error.to_string().is_empty()),
    }
});
