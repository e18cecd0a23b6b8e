//! What is known of this machine.

use std::fs::read_to_string;

/// Name of the CPU, or else its kind.
pub(super) fn cpu() -> String {
    let name = || {
        let text = read_to_string("/proc/cpuinfo").ok()?;
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        let (_, name) = line.split_once(':')?;
        Some(name.trim().to_owned())
    };
    name().unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Bytes of memory that can be had without disturbing others, where the system says.
pub(super) fn free_memory() -> Option<usize> {
    let text = read_to_string("/proc/meminfo").ok()?;
    let available = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: usize = available.trim().trim_end_matches("kB").trim().parse().ok()?;
    let machine = kilobytes.saturating_mul(1024);
    // A container may have less; "max" is no number.
    let limit = read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = limit.and_then(|text| text.trim().parse::<usize>().ok());
    Some(container.map_or(machine, |container| container.min(machine)))
}
