//! Running the command, and files made and read without its code.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A directory to work in.
pub(crate) struct Bench(tempfile::TempDir);

/// What the command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Said {
    /// It succeeded; what it printed.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.err, String::from_utf8_lossy(&self.out));
        String::from_utf8(self.out).expect("text")
    }

    /// It ended with this status; its message.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.err, String::from_utf8_lossy(&self.out));
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_csi2"));
        command.args(words).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Said {
        said(self.command(words).output().expect("csi2 starts"))
    }

    /// Runs with bytes on standard input, closed after them.
    pub(crate) fn feed<S: AsRef<OsStr>>(&self, words: &[S], bytes: Vec<u8>) -> Said {
        use std::io::Write as _;
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("csi2 starts");
        let mut input = child.stdin.take().expect("piped");
        let feeder = std::thread::spawn(move || {
            // The command may stop reading before the end.
            let _ = input.write_all(&bytes);
        });
        let output = child.wait_with_output().expect("csi2 ends");
        feeder.join().expect("fed");
        said(output)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("text")
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect("writable");
    }

    /// Writes a picture as npy, by hand.
    pub(crate) fn npy(&self, name: &str, shape: &[usize], samples: &[u16]) {
        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
        let mut header = format!(
            "{{'descr': '<u2', 'fortran_order': False, 'shape': ({}), }}",
            shape.join(", ")
        );
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
        file.extend(header.bytes());
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        self.write(name, file);
    }

    /// Samples of an npy file, by hand.
    #[track_caller]
    pub(crate) fn npy_samples(&self, name: &str) -> Vec<u16> {
        let file = self.read(name);
        assert_eq!(file[..8], *b"\x93NUMPY\x01\x00", "{name}");
        let start = 10 + usize::from(u16::from_le_bytes([file[8], file[9]]));
        assert_eq!(start % 64, 0, "{name}");
        let header = std::str::from_utf8(&file[10..start]).expect("text");
        let data = &file[start..];
        if header.contains("'|u1'") {
            data.iter().map(|byte| u16::from(*byte)).collect()
        } else {
            assert!(header.contains("'<u2'"), "{header}");
            data.chunks(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect()
        }
    }
}

fn said(output: std::process::Output) -> Said {
    Said {
        code: output.status.code().expect("csi2 ends by itself"),
        out: output.stdout,
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Samples that differ from their neighbours and reach both ends of the range.
pub(crate) fn samples(count: usize, bits: u32, seed: u32) -> Vec<u16> {
    let top = (1_u32 << bits) - 1;
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut samples: Vec<u16> = (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) & top) as u16
        })
        .collect();
    samples[0] = 0;
    samples[1] = top as u16;
    samples
}

/// Lines of JSON.
#[track_caller]
pub(crate) fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// A JSON value that remembers the order of its fields.
#[derive(Debug)]
pub(crate) enum Ordered {
    Object(Vec<(String, Ordered)>),
    Array(Vec<Ordered>),
    Other,
}

impl Ordered {
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).expect("JSON")
    }

    #[track_caller]
    pub(crate) fn keys(&self) -> Vec<&str> {
        match self {
            Self::Object(fields) => fields.iter().map(|(key, _)| key.as_str()).collect(),
            other => panic!("no object: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn at(&self, key: &str) -> &Self {
        match self {
            Self::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::Array(items) => items.get(key.parse::<usize>().expect("an index")),
            Self::Other => None,
        }
        .unwrap_or_else(|| panic!("no {key} in {self:?}"))
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Ordered;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Ordered::Object(fields))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Ordered::Array(items))
            }
            fn visit_unit<E>(self) -> Result<Ordered, E> {
                Ok(Ordered::Other)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Ordered, E> {
                Ok(Ordered::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Ordered, E> {
                Ok(Ordered::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Ordered, E> {
                Ok(Ordered::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Ordered, E> {
                Ok(Ordered::Other)
            }
            fn visit_str<E>(self, _: &str) -> Result<Ordered, E> {
                Ok(Ordered::Other)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Where recordings of other people's transmitters lie, if anywhere. `CSI2_REQUIRE_PEERS=1` insists.
pub(crate) fn peers() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peer-captures");
    let directory = std::env::var_os("CSI2_PEERS").map_or(default, PathBuf::from);
    if directory.is_dir() {
        return Some(directory);
    }
    let required = std::env::var_os("CSI2_REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(!required, "{} is required", directory.display());
    eprintln!("skipped: no recordings in {}", directory.display());
    None
}
