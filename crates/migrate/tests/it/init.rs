//! First mappings: written from the files alone, read and used as they are.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate::init::{Draft, draft};
use migrate::inspect::Chosen;
use migrate::{Book, Scope, mapping};
use serde_json::{Value, json};

use crate::shared;
use crate::truth::{judged, same};

/// A folder with these files and no others.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("init-{name}"));
    let _ = fs::remove_dir_all(&folder);
    for (file, content) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().expect("it is in a folder"))
            .expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }
    folder
}

fn drafted(folder: &Path) -> Draft {
    let draft = draft(folder, &Chosen::default()).unwrap_or_else(|error| panic!("{error}"));
    if let Some(problems) = &draft.problems {
        panic!("{problems}\n{}", draft.text);
    }
    draft
}

fn book(folder: &Path, text: &str, scope: Scope) -> Book {
    let mapping = mapping::read("mapping.yaml", text, folder)
        .unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    Book::read(mapping, folder, scope, &shared::keep()).expect("the book can be read")
}

/// What became of a file: its part, or `-`.
fn becomes(draft: &Draft) -> Vec<(&str, &str, usize)> {
    let files = draft.files.iter();
    files
        .map(|file| {
            let part = file.becomes.as_ref().map_or("-", |part| *part);
            (file.file.as_str(), part, file.used)
        })
        .collect()
}

#[test]
fn a_first_mapping_of_the_small_book_judges_almost_every_row_as_its_makers_say() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let draft = drafted(&folder);
    assert_eq!(
        becomes(&draft),
        [
            ("individuals.csv", "individuals", 25),
            ("companies.csv", "companies", 21),
            ("associates.csv", "associates", 11),
            ("documents.csv", "documents", 5),
            ("notes.csv", "notes", 4),
            ("individuals_cp1252.csv", "-", 0),
            ("truth.jsonl", "-", 0),
        ]
    );
    let truth = fs::read_to_string(folder.join("truth.jsonl")).expect("truth.jsonl is there");
    for scope in [Scope::All, Scope::Active] {
        let told = judged(&book(&folder, &draft.text, scope));
        let mut judged_otherwise = Vec::new();
        let mut other_values = Vec::new();
        for line in truth.lines() {
            let truth: Value = serde_json::from_str(line).expect("a line is JSON");
            let file = truth["file"].as_str().unwrap_or_default();
            let row = truth["row"].as_u64().unwrap_or_default();
            let judged = &told[&(file.to_owned(), row)];
            let values = &judged.mapped;
            if truth[scope.as_str()]["do"] != *judged.disposition {
                judged_otherwise.push(format!("{file} row {row}: {:?}", judged.reasons));
            } else if judged.disposition.starts_with("migrate") {
                let expected = truth["expected"].as_object().into_iter().flatten();
                let others = expected.filter(|(name, value)| !same(&values[*name], value));
                other_values.extend(others.map(|(name, value)| {
                    format!("{file} row {row}: {name} {}, not {value}", values[name])
                }));
            }
        }
        // Years of two digits are not read unless somebody says how: their clients stay behind, and
        // what belongs to them.
        let share = judged_otherwise.len() * 100 / told.len();
        assert!(share < 3, "{}", judged_otherwise.join("\n"));
        assert!(other_values.is_empty(), "{}", other_values.join("\n"));
    }
}

/// A book of a German bank: other names, other signs, other dates.
fn german() -> PathBuf {
    let mut people = String::from(
        "Kd.-Nr.;Anrede;Vorname;Name;Geb.-Datum;Geschlecht;Staatsangehörigkeit;Straße;Hausnr;PLZ;Ort;\
         Land;E-Mail;Status;Kunde seit;Produkt;Risiko;Beruf;Geburtsort;\"Filiale \"\"Süd\"\"\"\r\n",
    );
    let mut firms = String::from(
        "Kd.-Nr.;Firma;HR-Nummer;Sitzland;Gründungsdatum;Rechtsform;Straße;PLZ;Ort;Status;Produkt\r\n",
    );
    let mut organs = String::from(
        "Firmennummer;Vorname;Nachname;Geburtsdatum;Land;Funktion;Anteil in %;Bestellt am\r\n",
    );
    let mut papers = String::from("Kundennummer;Art;Dateiname;Ausgestellt am;Gültig bis\r\n");
    let mut remarks = String::from("Kundennummer;Datum;Bearbeiter;Vermerk\r\n");
    for number in 1..=20 {
        let (day, month) = (number, number % 12 + 1);
        let sex = ["männlich", "weiblich"][number % 2];
        let status = if number == 7 { "gekündigt" } else { "aktiv" };
        let _ = write!(
            people,
            "P{number:04};Frau;Änne {number};Größer;{day}.{month}.1970;{sex};deutsch;Große Straße;{number}a;\
             0{number:04};Köln;Deutschland;a{number}@example.com;{status};1.{month}.2020;Giro;hoch;Bäcker;Bonn;\r\n"
        );
        let _ = write!(
            firms,
            "F{number:04};Bäckerei {number} GmbH;HRB {number};DE;3.{month}.1999;GmbH;Weg {number};5066{};Köln;aktiv;Giro\r\n",
            number % 10
        );
        let role = ["Geschäftsführer", "Gesellschafter", "Kassenwart"][number % 3];
        let _ = write!(
            organs,
            "F{number:04};Jörg;Müller {number};{day}.{month}.1965;Österreich;{role};12,5;1.{month}.2015\r\n"
        );
        let _ = write!(
            papers,
            "P{number:04};Reisepass;p{number}.pdf;1.{month}.2019;1.{month}.2029\r\n"
        );
        let _ = write!(
            remarks,
            "P{number:04};{day}.{month}.2024;Fr. Süß;Persönlich bekannt, siehe Akte\r\n"
        );
    }
    let files = [
        ("privatkunden.csv", people),
        ("firmen.csv", firms),
        ("organe.csv", organs),
        ("unterlagen.csv", papers),
        ("vermerke.csv", remarks),
    ];
    let files = files.map(|(name, text)| {
        let bytes: Vec<u8> = (text.chars())
            .map(|sign| u8::try_from(u32::from(sign)).expect("Latin-1 has it"))
            .collect();
        (name, bytes)
    });
    let mut all: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (*name, bytes.as_slice()))
        .collect();
    all.push(("scans/p1.pdf", b"%PDF-1.4\n...\nstartxref\n9\n%%EOF\n"));
    folder("german", &all)
}

#[test]
fn a_book_of_another_language_and_way_of_writing_is_understood() {
    let folder = german();
    let draft = drafted(&folder);
    assert_eq!(
        becomes(&draft),
        [
            ("privatkunden.csv", "individuals", 18),
            ("firmen.csv", "companies", 11),
            ("organe.csv", "associates", 8),
            ("unterlagen.csv", "documents", 5),
            ("vermerke.csv", "notes", 4),
        ],
        "{}",
        draft.text
    );
    for line in [
        "  individuals: {file: privatkunden.csv, encoding: windows-1252, delimiter: \";\", quote: '\"'}",
        "date_format: D.M.YYYY",
        "as_of: 2024-12-11",
        "    leave_out: {gekündigt: closed}",
        "  # Columns that are not used: Geburtsort (code), \"Filiale \\\"Süd\\\"\" (empty).",
        "      steps: [{percentage: {decimal: \",\"}}]",
        "  folder: scans",
        "  # CHECK: which roles are these: Kassenwart?",
    ] {
        assert!(
            draft.text.lines().any(|have| have == line),
            "{line} in\n{}",
            draft.text
        );
    }
    let marks = draft
        .text
        .lines()
        .filter(|line| line.contains("# CHECK: "))
        .count();
    assert_eq!(draft.checks, marks);
    let book = book(&folder, &draft.text, Scope::Active);
    let left = book.rows().filter(|row| !row.verdict.migrates());
    let left: Vec<String> = left
        .filter(|row| !row.verdict.reasons.contains(&"file_missing".to_owned()))
        .flat_map(|row| row.verdict.reasons.clone())
        .collect();
    let of_closed = [
        "out_of_scope:closed",
        "out_of_scope:owner_closed",
        "out_of_scope:owner_closed",
    ];
    assert_eq!(left, of_closed, "{}", draft.text);
    check_values(&book);
}

/// A book of a French firm: what is owned is owned by *associés*, half of all words are feminine, one
/// reference is there twice, and a day on a scan is a slip of the pen.
fn french() -> PathBuf {
    let mut people =
        String::from("Dossier;Nom;Prénoms;Né le;Sexe;Nationalité;Pays;Produit;Client depuis\r\n");
    let mut firms = String::from("N° client;Raison sociale;SIREN;Pays immatriculation;Produit\r\n");
    let mut organs = String::from("N° société;Nom;Né le;Pays;Fonction;Parts;Nommé le\r\n");
    let mut papers = String::from("N° client;Type de document;Fichier;Délivré le\r\n");
    let words = ["française", "allemande", "espagnole", "italienne", "Belge"];
    for number in 1..=12 {
        // The seventh has the reference of the sixth.
        let own = if number == 7 { 6 } else { number };
        let (word, sex) = (words[number % 5], ["M", "F", "U"][number % 3]);
        let _ = write!(
            people,
            "D{own:03};Noël;Zoé;{number:02}/02/1980;{sex};{word};France;Livret;{number:02}/03/2015\r\n"
        );
        let _ = write!(
            firms,
            "E{number:03};Société {number};{};Royaume-Uni;Livret\r\n",
            500_000_000 + number
        );
        let (role, share) = [("gérant", ""), ("associé", "33,3")][number % 2];
        let _ = write!(
            organs,
            "E{number:03};Martin;{number:02}/05/1970;France;{role};{share};{number:02}/02/2005\r\n"
        );
        let issued = if number == 9 { 2024 } else { 2014 };
        let _ = write!(
            papers,
            "D{number:03};passeport;a/p{number}.pdf;{number:02}/06/{issued}\r\n"
        );
    }
    folder(
        "french",
        &[
            ("particuliers.csv", people.as_bytes()),
            ("entreprises.csv", firms.as_bytes()),
            ("dirigeants.csv", organs.as_bytes()),
            ("pieces.csv", papers.as_bytes()),
            (
                "fichiers.csv",
                b"N\xc2\xb0 client;Fichier\r\nD001;a.pdf\r\nD002;b.pdf\r\n",
            ),
            ("scans/a/p1.pdf", b"%PDF-1.4\n...\nstartxref\n9\n%%EOF\n"),
        ],
    )
}

#[test]
fn what_is_guessed_of_a_french_book_is_right_or_marked() {
    let folder = french();
    let draft = drafted(&folder);
    assert_eq!(
        becomes(&draft),
        [
            ("particuliers.csv", "individuals", 9),
            ("entreprises.csv", "companies", 5),
            ("dirigeants.csv", "associates", 7),
            ("pieces.csv", "documents", 4),
            ("fichiers.csv", "-", 0),
        ],
        "{}",
        draft.text
    );
    for line in [
        "as_of: 2015-03-12",
        "  key: Dossier",
        "    - {to: collected_data.customer_ref, from: Dossier}",
        "    # CHECK: Sexe: U (4) is taken for not known, and left out",
        "  # CHECK: associé is taken for an owner; of a partnership it is a partner",
        "    - to: total_percentage",
        "  subfolders: true",
        "      steps: [remove_space, upper]",
        "    # CHECK: numbers of Royaume-Uni in \"Pays immatriculation\" may have lost zeros: the step",
        "# CHECK: fichiers.csv is not used: its rows look like documents, and no column says of which type",
    ] {
        let has = draft.text.lines().any(|have| have == line);
        assert!(has, "{line} in\n{}", draft.text);
    }
    assert!(!draft.text.contains("not used: Dossier"), "{}", draft.text);
    let book = book(&folder, &draft.text, Scope::All);
    let told = book.rows().flat_map(|row| row.verdict.reasons.clone());
    let mut told: Vec<String> = told.filter(|reason| reason != "file_missing").collect();
    told.dedup();
    // The two of one reference, and the documents of theirs.
    let expected = [
        "duplicate_ref_conflict",
        "owner_not_migrated",
        "unresolved_ref:n° client",
    ];
    assert_eq!(told, expected, "{}", draft.text);
    let person = &shared::said(&book.clients[0].body)["collected_data"];
    assert_eq!(person["personal_details"]["nationality"], "DEU");
    let entry: Value = shared::said(&book.associates[0].entry);
    assert_eq!(entry["total_percentage"], 33.3);
}

#[test]
fn a_title_of_several_cells_and_letters_of_central_europe_are_seen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hansa/book");
    let draft = drafted(&folder);
    let of_people = "  individuals: {file: kunden.csv, encoding: windows-1250, delimiter: \";\", \
                     quote: '\"', skip_lines: 2}";
    for line in [
        of_people,
        "  person: Kunde",
        "  folder: unterlagen",
        "  subfolders: true",
    ] {
        let has = draft.text.lines().any(|have| have == line);
        assert!(has, "{line} in\n{}", draft.text);
    }
}

/// The values of the first rows, as the API takes them.
fn check_values(book: &Book) {
    let person = &shared::said(&book.clients[0].body)["collected_data"];
    assert_eq!(person["personal_details"]["dob"], "1970-02-01");
    assert_eq!(person["personal_details"]["name"]["family_name"], "Größer");
    assert_eq!(
        person["personal_details"]["name"]["given_names"],
        json!(["Änne", "1"])
    );
    assert_eq!(person["personal_details"]["gender"], "F");
    let address = &person["address_history"][0]["address"];
    assert_eq!(address["address_lines"], json!(["Große Straße 1a"]));
    assert_eq!(address["country"], "DEU");
    let entry: Value = shared::said(&book.associates[0].entry);
    assert_eq!(entry["total_percentage"], 12.5);
}

#[test]
fn what_a_column_is_called_does_no_harm() {
    let rows = "\n1,Ann Bo,x,1/2/1980\n2,Cy Do,y,3/4/1990\n";
    let header = "no,name,\"evil\r\n#\u{202e} }, {CHECK\",born";
    let folder = folder(
        "hostile",
        &[("people\u{202e}.csv", [header, rows].concat().as_bytes())],
    );
    let draft = drafted(&folder);
    let unseen = |sign: char| sign == '\u{202e}' || (sign.is_control() && sign != '\n');
    assert!(!draft.text.contains(unseen), "{}", draft.text);
    assert!(
        draft.text.contains("date_format: D/M/YYYY"),
        "{}",
        draft.text
    );
    assert!(
        draft
            .text
            .contains("nothing in the book tells it from M/D/YYYY"),
        "{}",
        draft.text
    );
    let book = book(&folder, &draft.text, Scope::All);
    assert_eq!(book.clients.len(), 2);
}

#[test]
fn a_folder_without_clients_is_told() {
    let folder = folder("clientless", &[("a.csv", b"A,B\n1,2\n3,4\n")]);
    for (path, told) in [
        (folder.clone(), "looks like individuals or companies"),
        (folder.join("a.csv"), "it is a file"),
        (folder.join("absent"), "No such file"),
    ] {
        let error = draft(&path, &Chosen::default()).expect_err("there is no client");
        assert!(error.to_string().contains(told), "{error}");
    }
}
