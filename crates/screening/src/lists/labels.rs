//! What lists call numbers, and what these are.

use crate::entry::IdentifierKind;

/// What a labelled value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning<'a> {
    Identifier(IdentifierKind),
    /// An address of a digital currency, by its symbol.
    Wallet(&'a str),
    Gender,
    /// Of an organization: when it was founded.
    Born,
    Nationality,
    Registered,
    Link,
    /// No number: something to read.
    Remark,
}

/// What a value is by its label and, for a few, by its own front (`IMO 9187629`).
pub(crate) fn meaning<'a>(label: &'a str, value: &str) -> Meaning<'a> {
    let folded = label.to_lowercase();
    if let Some(currency) = wallet(label) {
        return Meaning::Wallet(currency);
    }
    if value
        .get(..4)
        .is_some_and(|front| front.eq_ignore_ascii_case("IMO "))
    {
        return Meaning::Identifier(IdentifierKind::Imo);
    }
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    match folded.as_str() {
        "gender" | "sex" => Meaning::Gender,
        "organization established date" | "date of incorporation" => Meaning::Born,
        "nationality" | "citizenship" => Meaning::Nationality,
        "nationality of registration" | "vessel flag" | "flag" => Meaning::Registered,
        _ if is_remark(&folded) => Meaning::Remark,
        _ => {
            let rules = RULES.iter().find(|(words, _)| has(words));
            rules.map_or(Meaning::Remark, |(_, meaning)| *meaning)
        }
    }
}

/// `Digital Currency Address - XBT`.
fn wallet(label: &str) -> Option<&str> {
    let front = "digital currency address";
    let is_wallet = label.get(..front.len())?.eq_ignore_ascii_case(front);
    let rest = label.get(front.len()..)?;
    is_wallet.then(|| rest.trim_start_matches([' ', '-']).trim())
}

/// Labels of OFAC's lists that read like numbers and are none.
fn is_remark(folded: &str) -> bool {
    [
        "secondary sanctions",
        "executive order",
        "directive",
        "listing date",
        "effective date",
        "target type",
        "linked to",
        "organization type",
        "additional sanctions",
        "transactions",
        "caatsa",
        "purchase/sales",
        "issuer name",
        "aircraft model",
        "aircraft mode s",
        "aircraft manufacture date",
        "aircraft operator",
        "former vessel flag",
        "photo",
        "description",
        "vessel type",
        "vessel year",
        "vessel owner",
        "other vessel",
        "height",
        "first serial",
        "condition",
    ]
    .iter()
    .any(|words| folded.starts_with(words))
}

/// The first that is found in a label decides.
const RULES: &[(&[&str], Meaning<'_>)] = {
    use IdentifierKind as Kind;
    &[
        (
            &["passport", "pasaporte", "passeport"],
            Meaning::Identifier(Kind::Passport),
        ),
        (
            &["driver", "driving"],
            Meaning::Identifier(Kind::DrivingLicense),
        ),
        (
            &["mmsi", "maritime mobile"],
            Meaning::Identifier(Kind::Mmsi),
        ),
        (
            &["imo number", "imo no", "(imo)"],
            Meaning::Identifier(Kind::Imo),
        ),
        (
            &["call sign", "callsign"],
            Meaning::Identifier(Kind::CallSign),
        ),
        (
            &["aircraft", "tail number", "(msn)", "construction number"],
            Meaning::Identifier(Kind::Aircraft),
        ),
        (
            &["swift", " bic", "bic code"],
            Meaning::Identifier(Kind::Swift),
        ),
        (
            &["legal entity number", "lei"],
            Meaning::Identifier(Kind::Lei),
        ),
        (&["d-u-n-s", "duns"], Meaning::Identifier(Kind::Duns)),
        (
            &["isin", "equity ticker", "security"],
            Meaning::Identifier(Kind::Security),
        ),
        (
            &["iban", "bank account", "account number"],
            Meaning::Identifier(Kind::BankAccount),
        ),
        (&["email", "e-mail"], Meaning::Identifier(Kind::Email)),
        (
            &["phone", "fax", "mobile"],
            Meaning::Identifier(Kind::Phone),
        ),
        (&["website", "web site"], Meaning::Identifier(Kind::Website)),
        (&["http", "link"], Meaning::Link),
        (
            &[
                "tax", "v.a.t", "vat ", "r.f.c", "rfc", "nit #", "ruc #", "rif #", "trn", "fiscal",
                "inn", "rtn", "cuit", "c.u.i.t", "gst",
            ],
            Meaning::Identifier(Kind::Tax),
        ),
        (
            &[
                "national id",
                "cedula",
                "c.u.r.p",
                "curp",
                "d.n.i",
                "identity card",
                "id card",
                "identification card",
                "social security",
                "ssn",
                "s.s.n",
                "electoral",
                "tazkira",
                "personal id",
                "citizen's card",
                "national foreign id",
                "n.i.e",
                "cnic",
                "nicop",
                "numero de identidad",
                "birth certificate",
                "residency",
                "tarjeta de identidad",
                "stateless person id",
                "kenyan id",
                "turkish identification",
                "iraqi nationality",
                "ration card",
                "national identity",
                "bosnian personal",
                "carnet",
                "nin ",
            ],
            Meaning::Identifier(Kind::NationalId),
        ),
        (
            &[
                "registration",
                "registry",
                "register",
                "company number",
                "c.r. no",
                "commercial",
                "chamber of comm",
                "trade license",
                "license",
                "folio mercantil",
                "matricula",
                "enterprise number",
                "unified social credit",
                "business number",
                "registered",
                "incorporation",
                "certificate",
                "ogrn",
                "government gazette",
                "entity number",
            ],
            Meaning::Identifier(Kind::Registration),
        ),
        (
            &[
                "identification number",
                "identification no",
                "identification",
            ],
            Meaning::Identifier(Kind::OtherDocument),
        ),
        (
            &[
                "visa",
                "travel document",
                "seaman",
                "refugee",
                "pilot",
                "military",
                "permit",
            ],
            Meaning::Identifier(Kind::OtherDocument),
        ),
        (
            &[
                "bik",
                "number",
                " no.",
                " no",
                " id",
                "#",
                "code",
                "serial",
                "n.i.",
                "identifier",
            ],
            Meaning::Identifier(Kind::Other),
        ),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_lists_are_understood() {
        use IdentifierKind as Kind;
        for (label, value, expected) in [
            ("Passport", "A1", Meaning::Identifier(Kind::Passport)),
            (
                "Numéro de passeport",
                "A1",
                Meaning::Identifier(Kind::Passport),
            ),
            ("Tax ID No.", "1", Meaning::Identifier(Kind::Tax)),
            (
                "Registration ID",
                "1",
                Meaning::Identifier(Kind::Registration),
            ),
            (
                "Vessel Registration Identification",
                "IMO 9187629",
                Meaning::Identifier(Kind::Imo),
            ),
            ("SWIFT/BIC", "HAVIGB2L", Meaning::Identifier(Kind::Swift)),
            (
                "Legal Entity Number",
                "2534",
                Meaning::Identifier(Kind::Lei),
            ),
            (
                "Digital Currency Address - XBT",
                "12Q",
                Meaning::Wallet("XBT"),
            ),
            ("Secondary sanctions risk:", "section 1(b)", Meaning::Remark),
            (
                "National ID No.",
                "1",
                Meaning::Identifier(Kind::NationalId),
            ),
            ("Cedula No.", "1", Meaning::Identifier(Kind::NationalId)),
            ("Gender", "Male", Meaning::Gender),
            ("BIK (RU)", "044525974", Meaning::Identifier(Kind::Other)),
        ] {
            assert_eq!(meaning(label, value), expected, "{label}");
        }
    }
}
