//! `cargo xtask book ROWS DIR`: a client book of any size, for measuring.
//!
//! The files have the columns of the northgate books, so `examples/northgate/mapping.yaml` reads
//! them. Same number, same bytes. Of a hundred rows 70 are individuals, 10 companies, 15 associates
//! and 5 notes; one in fifty has some dirt. There are no documents.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const GIVEN: [&str; 16] = [
    "Ann", "Bilal", "Chidi", "Dora", "Emre", "Fatima", "Goran", "Hana", "Ivan", "Jörg", "Katya",
    "Liam", "Mei", "Nuno", "Olga", "Zoë",
];
const SYLLABLES: [&str; 20] = [
    "ba", "cor", "den", "el", "fa", "gri", "hol", "in", "ka", "lo", "mar", "ne", "or", "pet", "ro",
    "san", "tor", "ul", "vi", "wen",
];
const COUNTRIES: [&str; 8] = [
    "United Kingdom",
    "UK",
    "DE",
    "France",
    "ITA",
    "Spain",
    "PL",
    "Ireland",
];
const PRODUCTS: [&str; 3] = ["CA", "SAV", "FX"];
const RISKS: [&str; 3] = ["L", "M", "H"];
const OUTCOMES: [&str; 4] = ["PASS", "PASS", "REFER", "FAIL"];
const ROLES: [&str; 4] = ["DIR", "SHR", "UBO", "SEC"];

const INDIVIDUALS: &str = "CUST_NO,TITLE,FORENAME,MIDDLE_NAMES,SURNAME,DOB,SEX,NATIONALITY,ADDR_1,\
    ADDR_2,ADDR_3,TOWN,COUNTY,POSTCODE,COUNTRY,EMAIL,MOBILE,CUST_STATUS,OPENED_ON,PRODUCT_CODE,\
    RISK_RATING,LAST_KYC_DATE,KYC_OUTCOME,SOURCE_OF_FUNDS,OCCUPATION";
const COMPANIES: &str = "CUST_NO,LEGAL_NAME,TRADING_NAME,REG_NO,INC_COUNTRY,INC_DATE,ENTITY_KIND,\
    SIC,REG_ADDR_1,REG_ADDR_2,REG_TOWN,REG_COUNTY,REG_POSTCODE,REG_COUNTRY,WEBSITE,CUST_STATUS,\
    OPENED_ON,PRODUCT_CODE,RISK_RATING,LAST_KYC_DATE,KYC_OUTCOME";
const ASSOCIATES: &str = "COMPANY_NO,PERSON_NO,FORENAME,SURNAME,DOB,NATIONALITY,COUNTRY,ROLE_CODE,\
    PCT,APPOINTED_ON,RESIGNED_ON";

/// Writes the book that the arguments ask for.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let usage = "usage: cargo xtask book ROWS DIR";
    let rows = arguments.next().and_then(|rows| rows.parse::<u64>().ok());
    let folder = arguments.next().map(PathBuf::from);
    let (Some(rows), Some(folder)) = (rows, folder) else {
        return Err(usage.to_owned());
    };
    write(rows, &folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn write(rows: u64, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("files"))?;
    let (individuals, companies) = (rows * 70 / 100, rows / 10);
    let notes = rows / 20;
    let associates = rows - individuals - companies - notes;
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    file(
        folder,
        "individuals.csv",
        INDIVIDUALS,
        individuals,
        |number| individual(number, &mut dice),
    )?;
    file(folder, "companies.csv", COMPANIES, companies, |number| {
        company(number, &mut dice)
    })?;
    file(folder, "associates.csv", ASSOCIATES, associates, |_| {
        associate(individuals, companies, &mut dice)
    })?;
    file(
        folder,
        "notes.csv",
        "CUST_NO,NOTED_ON,AUTHOR,TEXT",
        notes,
        |_| {
            let (client, day) = (dice.below(individuals.max(1)) + 1, dice.day(2010, 14));
            format!("{client:08},{day},A. Patel,\"Called back, address confirmed\"")
        },
    )?;
    let header = "CUST_NO,DOC_TYPE,FILE_NAME,ISSUED_ON,EXPIRES_ON";
    file(folder, "documents.csv", header, 0, |_| String::new())
}

fn file(
    folder: &Path,
    name: &str,
    header: &str,
    rows: u64,
    mut row: impl FnMut(u64) -> String,
) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(folder.join(name))?);
    writeln!(file, "{header}")?;
    for number in 1..=rows {
        writeln!(file, "{}", row(number))?;
    }
    file.flush()
}

fn individual(number: u64, dice: &mut Dice) -> String {
    let (given, middle) = (dice.pick(&GIVEN), dice.pick(&GIVEN));
    let born = match dice.below(50) {
        0 => "31/02/1980".to_owned(),
        _ => dice.day(1940, 65),
    };
    let (family, country) = (dice.word(3), dice.pick(&COUNTRIES));
    let end = end(dice);
    format!(
        "{number:08},,{given},{middle},{family},{born},F,British,{} {} Street,,,{},,AB1 2CD,{country},\
         {number}@example.org,,{end},Salary,Driver",
        dice.below(200) + 1,
        dice.word(2),
        dice.word(2),
    )
}

fn company(number: u64, dice: &mut Dice) -> String {
    let (name, country) = (dice.word(4), dice.pick(&COUNTRIES));
    let (founded, end) = (dice.day(1960, 60), end(dice));
    format!(
        "9{number:07},{name} Limited,,{number:08},{country},{founded},LTD,49410,{} {} Road,,{},,AB1 \
         2CD,{country},,{end}",
        dice.below(200) + 1,
        dice.word(2),
        dice.word(2),
    )
}

/// What both kinds of clients end with: status, opened on, product, risk, last review and outcome.
fn end(dice: &mut Dice) -> String {
    let status = if dice.below(20) == 0 {
        "CLOSED"
    } else {
        "ACTIVE"
    };
    let (opened, reviewed) = (dice.day(1995, 25), dice.day(2020, 5));
    let (product, risk) = (dice.pick(&PRODUCTS), dice.pick(&RISKS));
    format!(
        "{status},{opened},{product},{risk},{reviewed},{}",
        dice.pick(&OUTCOMES)
    )
}

fn associate(individuals: u64, companies: u64, dice: &mut Dice) -> String {
    let company = dice.below(companies.max(1)) + 1;
    let (role, appointed) = (dice.pick(&ROLES), dice.day(2000, 20));
    if dice.below(3) == 0 {
        let (given, family, born) = (dice.pick(&GIVEN), dice.word(3), dice.day(1940, 65));
        return format!("9{company:07},,{given},{family},{born},British,UK,{role},10,{appointed},");
    }
    let person = dice.below(individuals.max(1)) + 1;
    format!("9{company:07},{person:08},,,,,,{role},10,{appointed},")
}

/// A xorshift generator: enough for names.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let place = self.below(list.len() as u64);
        usize::try_from(place).map_or("", |place| list[place])
    }

    fn word(&mut self, syllables: u64) -> String {
        let mut word: String = (0..syllables + self.below(2))
            .map(|_| self.pick(&SYLLABLES))
            .collect();
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        word
    }

    /// A day of some years from this one on, as DD/MM/YYYY.
    fn day(&mut self, from: u64, years: u64) -> String {
        let (day, month) = (self.below(28) + 1, self.below(12) + 1);
        format!("{day:02}/{month:02}/{}", from + self.below(years))
    }
}
