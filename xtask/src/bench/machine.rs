//! What the benchmark ran on.

use super::report::Machine;
use crate::sh;
use anyhow::Result;
use std::process::Command;
use std::{fs, thread};

/// Describes this machine; the browser's part is asked from the browser.
///
/// # Errors
/// When the number of processors is unknown.
pub fn describe(browser: String, adapter: Option<String>) -> Result<Machine> {
    Ok(Machine {
        cpu: cpu(),
        cores: thread::available_parallelism()?.get(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        browser,
        adapter,
        load_before: fs::read_to_string("/proc/loadavg").ok().and_then(|text| load(&text)),
    })
}

fn cpu() -> String {
    if let Ok(text) = fs::read_to_string("/proc/cpuinfo") {
        return cpu_name(&text).unwrap_or_else(|| "unknown processor".to_owned());
    }
    let name = sh::output(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]));
    name.map_or_else(|_| "unknown processor".to_owned(), |name| name.trim().to_owned())
}

/// From `/proc/cpuinfo`; not every architecture names its processor there.
fn cpu_name(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name") || line.starts_with("Model"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The first number of `/proc/loadavg`.
fn load(loadavg: &str) -> Option<f64> {
    loadavg.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernel_s_files() {
        let cpuinfo = "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2450.0\n";
        assert_eq!(cpu_name(cpuinfo), Some("AMD EPYC".to_owned()));
        assert_eq!(cpu_name("processor : 0\n"), None);
        assert_eq!(load("0.52 0.58 0.59 1/467 1234\n"), Some(0.52));
    }
}
