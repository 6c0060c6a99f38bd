//! What a report tells of, by words of our own.

use std::fmt;

/// What a report tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    Sanctions,
    Terrorism,
    MoneyLaundering,
    Corruption,
    Fraud,
    TaxCrime,
    DrugTrafficking,
    HumanTrafficking,
    ArmsTrafficking,
    OrganizedCrime,
    Cybercrime,
    Violence,
    Insolvency,
    Regulatory,
    LegalProceedings,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Category::Sanctions => "sanctions",
            Category::Terrorism => "terrorism",
            Category::MoneyLaundering => "money laundering",
            Category::Corruption => "bribery and corruption",
            Category::Fraud => "fraud",
            Category::TaxCrime => "tax crime",
            Category::DrugTrafficking => "drug trafficking",
            Category::HumanTrafficking => "human trafficking",
            Category::ArmsTrafficking => "arms trafficking and proliferation",
            Category::OrganizedCrime => "organized crime",
            Category::Cybercrime => "cybercrime",
            Category::Violence => "violence",
            Category::Insolvency => "insolvency",
            Category::Regulatory => "regulatory action",
            Category::LegalProceedings => "legal proceedings",
        })
    }
}

/// Beginnings of words, or of words in a row, and what they tell of. A `$` closes a word.
const LEXICON: &[(Category, &[&str])] = &[
    (
        Category::Sanctions,
        &[
            "sanction",
            "embargo",
            "blocked property",
            "specially designated",
            "ofac$",
            "asset freeze",
            "assets frozen",
            "frozen assets",
            "export control",
            "apparent violation",
        ],
    ),
    (
        Category::Terrorism,
        &[
            "terroris",
            "jihad",
            "extremis",
            "suicide bomb",
            "militant",
            "insurgen",
        ],
    ),
    (
        Category::MoneyLaundering,
        &[
            "money launder",
            "launder",
            "shell compan",
            "dirty money",
            "illicit funds",
            "illicit proceeds",
        ],
    ),
    (
        Category::Corruption,
        &[
            "brib",
            "corrupt",
            "kickback",
            "embezzl",
            "graft$",
            "influence peddling",
            "nepotis",
        ],
    ),
    (
        Category::Fraud,
        &[
            "fraud",
            "swindl",
            "scam$",
            "scams$",
            "ponzi",
            "forger",
            "forged",
            "counterfeit",
            "falsif",
            "insider trading",
            "market manipulation",
            "misappropriat",
            "deceiv",
            "fake invoice",
        ],
    ),
    (
        Category::TaxCrime,
        &[
            "tax eva",
            "tax fraud",
            "tax haven",
            "tax dodg",
            "evading tax",
            "evaded tax",
            "unpaid tax",
        ],
    ),
    (
        Category::DrugTrafficking,
        &[
            "narcotic",
            "cocaine",
            "heroin",
            "drug traffick",
            "drug smuggl",
            "drug cartel",
            "fentanyl",
            "methamphetamine",
        ],
    ),
    (
        Category::HumanTrafficking,
        &[
            "human traffick",
            "people smuggl",
            "forced labo",
            "slavery",
            "child labo",
            "sexual exploitation",
            "trafficking in persons",
        ],
    ),
    (
        Category::ArmsTrafficking,
        &[
            "arms traffick",
            "arms smuggl",
            "weapons of mass",
            "proliferat",
            "ballistic missile",
            "arms deal",
            "nuclear weapon",
        ],
    ),
    (
        Category::OrganizedCrime,
        &[
            "organized crime",
            "organised crime",
            "mafia",
            "racketeer",
            "cartel",
            "extort",
            "crime syndicate",
            "criminal network",
            "triad$",
        ],
    ),
    (
        Category::Cybercrime,
        &[
            "cybercrim",
            "ransomware",
            "hacker",
            "hacking",
            "phishing",
            "malware",
            "cyber attack",
            "cyberattack",
            "data theft",
        ],
    ),
    (
        Category::Violence,
        &[
            "murder",
            "assassin",
            "torture",
            "kidnap",
            "massacre",
            "war crime",
            "genocid",
            "human rights abuse",
            "rape$",
            "assault",
        ],
    ),
    (
        Category::Insolvency,
        &[
            "bankrupt",
            "insolven",
            "liquidat",
            "receivership",
            "wound up",
            "winding up",
        ],
    ),
    (
        Category::Regulatory,
        &[
            "civil penalt",
            "monetary penalt",
            "enforcement action",
            "fined$",
            "fine of",
            "penalties$",
            "penalty$",
            "license revoked",
            "licence revoked",
            "cease and desist",
            "disqualified",
            "settlement agreement",
            "agreed to pay",
            "agreed to settle",
            "struck off",
        ],
    ),
    (
        Category::LegalProceedings,
        &[
            "indict",
            "convict",
            "prosecut",
            "arrest",
            "sentenced",
            "pleaded guilty",
            "pled guilty",
            "criminal charge",
            "charged with",
            "lawsuit",
            "extradit",
            "imprison",
            "jailed",
            "trial$",
        ],
    ),
];

/// Where a text tells of what: the places ascend.
pub(super) fn places(text: &str) -> Vec<(usize, Category)> {
    let folded = Folded::of(text);
    let mut found = Vec::new();
    for (start, at) in &folded.words {
        let rest = &folded.text[*start..];
        for (category, beginnings) in LEXICON {
            if beginnings.iter().any(|beginning| begins(rest, beginning)) {
                found.push((*at, *category));
            }
        }
    }
    found
}

fn begins(rest: &str, beginning: &str) -> bool {
    match beginning.strip_suffix('$') {
        Some(word) => rest
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(' ')),
        None => rest.starts_with(beginning),
    }
}

/// A text in lower case with single spaces, and where its words are.
struct Folded {
    text: String,
    /// The place of a word in here, and in the text as written.
    words: Vec<(usize, usize)>,
}

impl Folded {
    fn of(text: &str) -> Folded {
        let mut folded = Folded {
            text: String::with_capacity(text.len()),
            words: Vec::new(),
        };
        let mut within = false;
        for (at, c) in text.char_indices() {
            if c.is_alphanumeric() {
                if !within {
                    folded.words.push((folded.text.len(), at));
                }
                folded.text.extend(c.to_lowercase());
            } else if within {
                folded.text.push(' ');
            }
            within = c.is_alphanumeric();
        }
        folded.text.push(' ');
        folded
    }
}
