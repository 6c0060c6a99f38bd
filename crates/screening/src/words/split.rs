//! The words of a name and what each does in it.

use std::collections::HashMap;

use super::tables::{self, FormClass};
use super::{Analyzer, Bearer, Form, TokenKind, fold};
use crate::knowledge::Knowledge;

/// Words that are looked at in one name, before those without meaning are left out.
const PARTS_MAX: usize = 48;

/// A word of a name and what it does there.
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) kind: TokenKind,
    /// Does it stand after a stroke, in another name for the same?
    pub(crate) aside: bool,
}

impl Part {
    fn new(text: String, kind: TokenKind) -> Part {
        Part {
            text,
            kind,
            aside: false,
        }
    }
}

/// A name in parts.
pub(crate) struct Parts {
    pub(crate) words: Vec<Part>,
    pub(crate) form: Option<Form>,
}

/// The words of the name in reading order, and its legal form.
pub(crate) fn split(analyzer: &Analyzer, kind: Bearer, text: &str) -> Parts {
    let mut folded = String::new();
    fold::fold(text, &mut folded);
    let turned = match kind {
        Bearer::Person => turned(analyzer, &folded),
        Bearer::Organization => None,
    };
    let mut words = cut(turned.as_deref().unwrap_or(&folded), kind);
    let form = analyzer.forms().take(&mut words, kind);
    let words = match kind {
        Bearer::Person => person(analyzer, words),
        Bearer::Organization => organization(analyzer, words),
    };
    Parts { words, form }
}

/// "last, first" as "first last"; none where there is nothing to turn.
fn turned(analyzer: &Analyzer, folded: &str) -> Option<String> {
    let (last, first) = folded.split_once(',')?;
    let says_rank = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.is_empty() || analyzer.entry(word).title
    };
    let turns = !first.contains(',') && !last.trim().is_empty();
    (turns && !first.split_whitespace().all(says_rank)).then(|| format!("{first} {last}"))
}

/// Cuts the folded text into words: apostrophes vanish, dots join single letters of organizations,
/// everything else that is neither letter nor digit parts words.
fn cut(folded: &str, kind: Bearer) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    // The word before ended in a dot and was a single letter, or single letters joined.
    let mut dotted = false;
    for c in folded.chars().chain([' ']) {
        if words.len() >= PARTS_MAX {
            break;
        }
        if is_letter(c) {
            word.push(c);
            continue;
        }
        if is_apostrophe(c) {
            continue;
        }
        if !word.is_empty() {
            let single = word.chars().nth(1).is_none();
            match words.last_mut().filter(|_| dotted && single) {
                Some(before) => before.push_str(&word),
                None => words.push(std::mem::take(&mut word)),
            }
            word.clear();
            dotted = c == '.' && single && kind == Bearer::Organization;
        } else if c != '.' {
            dotted = false;
        }
        if c == '&' || c == '+' {
            words.push("and".to_owned());
        }
        let after_word = words
            .last()
            .is_some_and(|word| word.chars().count() >= STROKE_CHARS_MIN);
        if c == '/' && kind == Bearer::Organization && after_word {
            words.push(STROKE.to_owned());
        }
    }
    words
}

/// Stands among the words where a second name begins.
const STROKE: &str = "/";

/// Letters of a word before a stroke that parts names, rather than letters ("A/S").
const STROKE_CHARS_MIN: usize = 4;

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(u32::from(c), 0x900..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF)
}

fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '’'
            | '‘'
            | '`'
            | '´'
            | '′'
            | '‛'
            | 'ʻ'
            | 'ʼ'
            | 'ʾ'
            | 'ʿ'
            | 'ʹ'
            | 'ʽ'
            | '＇'
            | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    )
}

fn person(analyzer: &Analyzer, words: Vec<String>) -> Vec<Part> {
    let mut parts = Vec::with_capacity(words.len() + 1);
    let alone = words.len() == 1;
    for word in words {
        let entry = analyzer.entry(&word);
        let single = word.chars().nth(1).is_none();
        if alone && let Some((surname, given)) = surname_and_given(&word) {
            parts.push(Part::new(surname, TokenKind::Word));
            parts.push(Part::new(given, TokenKind::Word));
        } else if single && fold::script(&word) != fold::Script::East && !is_number(&word) {
            parts.push(Part::new(word, TokenKind::Initial));
        } else if is_number(&word) {
            parts.push(Part::new(word, TokenKind::Number));
        } else if entry.title {
            parts.push(Part::new(word, TokenKind::Title));
        } else if entry.particle {
            parts.push(Part::new(word, TokenKind::Particle));
        } else {
            parts.push(Part::new(word, TokenKind::Word));
        }
    }
    if !parts.iter().any(|part| part.kind == TokenKind::Word) {
        // A name of titles and particles alone: then they are the name.
        for part in &mut parts {
            if matches!(part.kind, TokenKind::Title | TokenKind::Particle) {
                part.kind = TokenKind::Word;
            }
        }
    }
    parts
}

/// A Chinese or Korean name in one piece, cut after the surname.
fn surname_and_given(word: &str) -> Option<(String, String)> {
    let count = word.chars().count();
    let east = word.chars().all(fold::is_han) || word.chars().all(fold::is_hangul);
    if !east || !(2..=4).contains(&count) {
        return None;
    }
    let surname = tables::surname_chars(word);
    Some((
        word.chars().take(surname).collect(),
        word.chars().skip(surname).collect(),
    ))
}

fn organization(analyzer: &Analyzer, words: Vec<String>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(words.len());
    let mut tens: Option<u32> = None;
    let mut aside = false;
    for word in words {
        if word == STROKE {
            aside = !parts.is_empty();
            continue;
        }
        let entry = analyzer.entry(&word);
        let number = entry
            .number
            .or_else(|| digits(analyzer, &word).map(|n| (n, false)));
        if let (Some(before), Some((ones @ 1..=9, false))) = (tens.take(), number)
            && let Some(last) = parts.last_mut()
        {
            last.text = (before + ones).to_string();
            continue;
        }
        let (text, kind) = if let Some((number, opens)) = number {
            tens = opens.then_some(number);
            (number.to_string(), TokenKind::Number)
        } else if is_number(&word) {
            (word, TokenKind::Number)
        } else if entry.stop {
            (word, TokenKind::Stop)
        } else {
            (word, TokenKind::Word)
        };
        parts.push(Part { text, kind, aside });
    }
    if !parts.iter().any(|part| part.kind == TokenKind::Word) {
        for part in parts.iter_mut().filter(|part| part.kind == TokenKind::Stop) {
            part.kind = TokenKind::Word;
        }
    }
    parts
}

/// Digits with nothing but an ordinal ending, or what the knowledge takes for a number.
fn digits(analyzer: &Analyzer, word: &str) -> Option<u32> {
    let end = word
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(word.len());
    let (digits, ending) = word.split_at(end);
    if matches!(
        ending,
        "" | "st" | "nd" | "rd" | "th" | "er" | "e" | "o" | "a"
    ) {
        return digits.parse().ok();
    }
    analyzer.knowledge().number(word)
}

fn is_number(word: &str) -> bool {
    word.chars().all(char::is_numeric)
}

/// The legal forms by their first word.
#[derive(Debug)]
pub(crate) struct Forms {
    by_first: HashMap<Box<str>, Vec<KnownForm>>,
    /// Forms that stand at the end of a word without a space ("…有限公司").
    endings: Vec<(Box<str>, Form)>,
}

#[derive(Debug)]
struct KnownForm {
    words: Box<[Box<str>]>,
    form: Form,
}

impl Forms {
    pub(crate) fn new(knowledge: &Knowledge) -> Forms {
        let mut forms = Forms {
            by_first: HashMap::new(),
            endings: Vec::new(),
        };
        for (text, class) in tables::FORMS {
            let id = tables::form_id(text);
            forms.add(text, Form { class: *class, id });
        }
        for (text, class, id) in knowledge.forms() {
            forms.add(
                text,
                Form {
                    class: *class,
                    id: *id,
                },
            );
        }
        for known in forms.by_first.values_mut() {
            // The longest first; equal ones keep the order of the tables (a stable sort).
            known.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
        }
        forms
            .endings
            .sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        forms
    }

    fn add(&mut self, text: &str, form: Form) {
        let mut folded = String::new();
        fold::fold(text, &mut folded);
        let words = cut(&folded, Bearer::Organization);
        let Some(first) = words.first() else { return };
        if words.len() == 1 && fold::script(first) == fold::Script::East {
            self.endings.push((first.as_str().into(), form));
        }
        let known = self.by_first.entry(first.as_str().into()).or_default();
        let words: Box<[Box<str>]> = words.into_iter().map(Into::into).collect();
        if !known.iter().any(|form| form.words == words) {
            known.push(KnownForm { words, form });
        }
    }

    /// Takes legal forms off both ends of an organization's name, and off the end of a person's;
    /// something is always left.
    pub(crate) fn take(&self, words: &mut Vec<String>, kind: Bearer) -> Option<Form> {
        let mut found: Option<Form> = None;
        let mut keep = |form: Form| {
            let tells_more = found.is_none_or(|known| known.class == FormClass::Plain);
            if tells_more {
                found = Some(form);
            }
        };
        while let Some((form, count)) = self.at_end(words) {
            let ending = words.last().map_or("", String::as_str);
            if kind == Bearer::Person && !tables::COMPANY_ENDINGS.contains(&ending) {
                break;
            }
            words.truncate(words.len() - count);
            keep(form);
        }
        if kind == Bearer::Organization {
            while let Some((form, count)) = self.at_start(words) {
                words.drain(..count);
                keep(form);
            }
            if words.len() == 1
                && let Some(form) = self.cut_ending(&mut words[0])
            {
                keep(form);
            }
        }
        found
    }

    fn at_end(&self, words: &[String]) -> Option<(Form, usize)> {
        let longest = words.len().saturating_sub(1).min(6);
        (1..=longest).rev().find_map(|count| {
            let tail = &words[words.len() - count..];
            let form = self.exactly(tail)?;
            Some((form, count))
        })
    }

    fn at_start(&self, words: &[String]) -> Option<(Form, usize)> {
        let longest = words.len().saturating_sub(1).min(6);
        (1..=longest).rev().find_map(|count| {
            let form = self.exactly(&words[..count])?;
            // A short word that opens a name is more often a part of it ("AS Roma", "SE Asia").
            let trusted =
                count > 1 || words[0].chars().count() > 2 || form.class != FormClass::Plain;
            trusted.then_some((form, count))
        })
    }

    fn exactly(&self, words: &[String]) -> Option<Form> {
        let known = self.by_first.get(words.first()?.as_str())?;
        let same = |form: &&KnownForm| {
            form.words.len() == words.len() && form.words.iter().zip(words).all(|(a, b)| **a == **b)
        };
        known.iter().find(same).map(|known| known.form)
    }

    fn cut_ending(&self, word: &mut String) -> Option<Form> {
        let (ending, form) = self
            .endings
            .iter()
            .find(|(ending, _)| word.len() > ending.len() && word.ends_with(&**ending))?;
        word.truncate(word.len() - ending.len());
        Some(*form)
    }
}
