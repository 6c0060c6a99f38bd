//! Names across scripts: pairs of full names, and full names in Hebrew against other people's.

use std::fmt::Write as _;

use screening::comparison::compare_names;
use screening::words::{Bearer, Name};

use super::data;
use super::{Options, pairs};

/// Hebrew names of the large set that are looked at.
const SAMPLE_EVERY: usize = 14;

/// Names of the large set that weights are fitted to; they are not among those reported.
const FITTED: std::ops::Range<usize> = 0..400;

/// Full names in Latin and Hebrew letters, for fitting.
pub(crate) fn read(options: &Options) -> Result<Vec<(Name, Name)>, String> {
    let text = data::text(
        &options
            .data
            .join("cross_script/wd_hebrew_fullnames.tsv.zst"),
    )?;
    let lines = text
        .lines()
        .skip(1)
        .step_by(SAMPLE_EVERY)
        .skip(FITTED.start)
        .take(FITTED.len());
    let names = lines.filter_map(|line| line.split_once('\t'));
    let analyze = |text: &str| options.analyzer.analyze(Bearer::Person, text);
    Ok(names
        .map(|(latin, hebrew)| (analyze(latin), analyze(hebrew)))
        .collect())
}

/// Prints recall on the pairs, and recall and false alarms on the sample.
pub(crate) fn report(options: &Options) -> Result<(), String> {
    let text = data::text(&options.data.join("name_pairs/watchman_cross_script.csv"))?;
    let score = |one: &str, other: &str| {
        let analyze = |text: &str| options.analyzer.analyze(Bearer::Person, text);
        compare_names(&analyze(one), &analyze(other)).score
    };
    let mut out = String::from("## Across scripts\n\n");
    let (mut found, mut all) = (0, 0);
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines {
        let mut fields = line.split(',');
        let (Some(one), Some(other)) = (fields.next(), fields.next()) else {
            continue;
        };
        let score = score(one, other);
        all += 1;
        found += usize::from(score >= pairs::THRESHOLD);
        if score < pairs::THRESHOLD {
            let _ = writeln!(out, "missed at {score:.2}: {one} / {other}");
        }
    }
    let _ = writeln!(
        out,
        "\nwatchman's pairs found: {found}/{all} (prototype 19/22)"
    );
    let text = data::text(
        &options
            .data
            .join("cross_script/wd_hebrew_fullnames.tsv.zst"),
    )?;
    let names: Vec<(&str, &str)> = text
        .lines()
        .step_by(SAMPLE_EVERY)
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let hits = names
        .iter()
        .filter(|(latin, hebrew)| score(latin, hebrew) >= pairs::THRESHOLD);
    let others = names.iter().zip(names.iter().skip(1));
    let alarms =
        others.filter(|((latin, _), (_, hebrew))| score(latin, hebrew) >= pairs::THRESHOLD);
    let _ = writeln!(
        out,
        "Hebrew full names found: {}/{}; other people's taken for them: {}\n",
        hits.count(),
        names.len(),
        alarms.count(),
    );
    crate::say(&out)
}
