//! What the compiler does not check: which crate may know which, words that must not be there, and
//! what has grown large.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Which of our crates each crate may name. Dependencies point one way (ARCHITECTURE.md).
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("document", &[]),
    ("countries", &[]),
    ("screening", &["countries"]),
    ("wire", &["countries", "domain"]),
    ("config", &["document", "domain", "wire"]),
    ("store", &[]),
    ("providers", &["countries", "screening", "wire"]),
    (
        "service",
        &[
            "config",
            "countries",
            "document",
            "domain",
            "providers",
            "screening",
            "store",
            "wire",
        ],
    ),
    (
        "http-api",
        &["config", "document", "domain", "service", "wire"],
    ),
    ("migrate", &["document", "screening", "wire"]),
    (
        "app",
        &[
            "config",
            "document",
            "domain",
            "http-api",
            "migrate",
            "providers",
            "service",
            "store",
            "wire",
        ],
    ),
    (
        "bench",
        &[
            "config", "domain", "http-api", "migrate", "service", "store", "wire",
        ],
    ),
    ("xtask", &["countries", "screening"]),
];

/// Crates that the core may use besides ours (ruling 13).
const CORE_DEPENDENCIES: &[&str] = &["jiff", "rust_decimal"];

/// Lines of a source file without tests, beyond which it is printed.
const FILE_LINES: usize = 500;

/// Words that have no place in the sources.
const BANNED: &[&str] = &["todo!(", "unimplemented!(", "dbg!(", "#[ignore"];

/// Checks the workspace; prints what is large and fails on what is wrong.
pub(crate) fn run() -> Result<(), String> {
    let mut wrong = String::new();
    edges(&mut wrong)?;
    let files = sources()?;
    for (path, text) in &files {
        banned(path, text, &mut wrong);
    }
    let large: BTreeMap<&str, usize> = files
        .iter()
        .map(|(path, text)| (path.as_str(), lines_of_code(text)))
        .filter(|(path, lines)| *lines > FILE_LINES && !path.contains("/tests/"))
        .collect();
    let mut report = format!("{} source files\n", files.len());
    for (path, lines) in large {
        let _ = writeln!(
            report,
            "large: {path}: {lines} lines without its tests (aim: {FILE_LINES})"
        );
    }
    crate::say(&report)?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn edges(wrong: &mut String) -> Result<(), String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .output()
        .map_err(|error| format!("cargo metadata did not start: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let ours: Vec<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            let _ = writeln!(
                wrong,
                "crate {name} is not in the table of edges in xtask/src/tidy.rs"
            );
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"] == "dev";
            if ours.contains(&to) && !for_tests && !allowed.contains(&to) {
                let _ = writeln!(
                    wrong,
                    "crate {name} must not depend on {to} (see ARCHITECTURE.md)"
                );
            }
            if name == "domain" && !for_tests && !CORE_DEPENDENCIES.contains(&to) {
                let _ = writeln!(
                    wrong,
                    "the core must not depend on {to}: only {CORE_DEPENDENCIES:?}"
                );
            }
        }
    }
    Ok(())
}

fn banned(path: &str, text: &str, wrong: &mut String) {
    if path.starts_with("xtask/") {
        return;
    }
    for (at, line) in text.lines().enumerate() {
        if let Some(word) = BANNED.iter().find(|word| line.contains(**word)) {
            let _ = writeln!(wrong, "{path}:{}: {word} has no place here", at + 1);
        }
    }
}

/// Lines before the tests at the end of a file.
fn lines_of_code(text: &str) -> usize {
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .count()
}

fn sources() -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    for root in ["crates", "xtask"] {
        walk(Path::new(root), &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).map_err(wrong)?;
            files.push((path.display().to_string(), text));
        }
    }
    Ok(())
}
