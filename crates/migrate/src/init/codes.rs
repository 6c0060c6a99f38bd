//! What codes of client books stand for: facts that many books share.

use wire::fold;

/// Codes and what they become; each line is a value and the codes for it, folded.
pub(super) type Codes = &'static [(&'static str, &'static str)];

pub(super) const GENDERS: Codes = &[
    (
        "M",
        "m, male, man, mann, mannlich, homme, masculin, hombre, masculino, maschio, uomo, mr, 1",
    ),
    (
        "F",
        "
        f, w, female, woman, frau, weiblich, femme, feminin, mujer, femenino, femmina, donna,
        v, vrouw, k, 2",
    ),
    (
        LEFT_OUT,
        "
        u, x, d, unknown, other, unbekannt, divers, keine angabe, inconnu, desconocido,
        ignoto, onbekend",
    ),
];

/// A code that says that nothing is known.
pub(super) const LEFT_OUT: &str = "";

/// Those of [`GENDERS`] that mean the other elsewhere, or a number only.
pub(super) const UNCERTAIN_GENDERS: [&str; 3] = ["1", "2", "v"];

/// Genders where `H` is one: *hombre* and *mujer*, or *homme* and *femme*.
pub(super) const GENDERS_WITH_H: Codes = &[("M", "h"), ("F", "m, f")];

pub(super) const RISKS: Codes = &[
    (
        "low",
        "l, low, niedrig, gering, faible, bajo, basso, laag, niski, green",
    ),
    (
        "medium",
        "
        m, medium, med, standard, normal, mittel, moyen, medio, middel, gemiddeld, sredni,
        amber",
    ),
    (
        "high",
        "h, high, hoch, erhoht, eleve, alto, hoog, wysoki, red",
    ),
];

pub(super) const OUTCOMES: Codes = &[
    (
        "passed",
        "
        pass, passed, ok, clear, cleared, approved, bestanden, valide, reussi, aprobado,
        superado",
    ),
    (
        "referred",
        "refer, referred, pending, offen, open, review, en cours, pendiente",
    ),
    (
        "failed",
        "
        fail, failed, reject, rejected, declined, nicht bestanden, abgelehnt, echec, refuse,
        rechazado",
    ),
];

/// Words of a status that is a client's no more.
pub(super) const CLOSED: Codes = &[(
    "closed",
    "
        closed, close, cls, c, terminated, ended, left, exited, former, offboarded,
        geschlossen, beendet, gekundigt, erloschen, ehemalig, aufgelost, cloture, ferme,
        resilie, cerrado, cerrada, baja, chiuso, gesloten, zamkniety",
)];

pub(super) const ROLES: Codes = &[
    (
        "officers.directors",
        "
        dir, director, ceo, cfo, managing director, board member, gf, geschaftsfuhrer,
        vorstand, vs, dirigeant, gerant, administrateur, administrador, consejero,
        amministratore, bestuurder, czlonek zarzadu",
    ),
    (
        "officers.secretaries",
        "
        sec, secretary, company secretary, schriftfuhrer, sekretar, secretaire, secretario,
        segretario, secretaris",
    ),
    (
        "officers.trustees",
        "tru, trustee, treuhander, fiduciaire, fiduciario",
    ),
    (
        "officers.partners",
        "ptr, ptn, partner, komplementar, kommanditist, socio colectivo",
    ),
    (
        "ownership_structure.shareholders",
        "
        shr, sh, shareholder, member, owner, ges, gesellschafter, aktionar, anteilseigner,
        actionnaire, associe, associee, accionista, socio, azionista, aandeelhouder, udzialowiec",
    ),
    (
        "ownership_structure.beneficial_owners",
        "
        ubo, bo, psc, beneficial owner, ultimate beneficial owner, wb, wirtschaftlich
        berechtigter, be, beneficiaire effectif, titular real, titolare effettivo, beneficjent
        rzeczywisty",
    ),
    (
        "authorized_persons",
        "
        aut, auth, signatory, authorised signatory, authorized signatory, authorised person,
        poa, prokurist, pk, prok, bevollmachtigter, bev, zeichnungsberechtigter, mandataire,
        fonde de pouvoir, apoderado, procuratore, gevolmachtigde, prokurent",
    ),
];

/// Those of [`ROLES`] that are partners where the company is a partnership.
pub(super) const UNCERTAIN_ROLES: [&str; 2] = ["associe", "associee"];

pub(super) const ENTITY_KINDS: Codes = &[
    (
        "COMPANY",
        "
        ltd, limited, plc, llc, inc, corp, corporation, company, gmbh, ag, ug, se, sa, sas,
        sarl, sl, srl, spa, bv, nv, sp z o o, oy, ab, as, a s",
    ),
    (
        "PARTNERSHIP",
        "llp, lp, ptn, partnership, kg, ohg, gbr, partg, gmbh co kg, kgaa, snc, scs, vof, cv",
    ),
    (
        "SOLE_PROPRIETORSHIP",
        "
        sole trader, sole proprietor, sole proprietorship, st, ek, e k, einzelunternehmen,
        einzelkaufmann, ei, eirl, autonomo, eenmanszaak, jdg",
    ),
    (
        "ASSOCIATION",
        "association, club, ev, e v, verein, eg, asociacion, associazione, vereniging",
    ),
    ("TRUST", "trust, tru, stiftung, treuhand, fondation"),
    ("OTHER", "cha, charity, cic, other, sonstige, autre, otro"),
];

/// Document type and category of the API, divided by a blank.
pub(super) const DOCUMENT_TYPES: Codes = &[
    (
        "PASSPORT PROOF_OF_IDENTITY",
        "
        pp, pass, passport, reisepass, rp, passeport, pasaporte, passaporto, paspoort,
        paszport",
    ),
    (
        "DRIVING_LICENCE PROOF_OF_IDENTITY",
        "
        dl, driving licence, driving license, licence, license, drivers license, fuhrerschein,
        fs, permis de conduire, permis, permiso de conducir, patente, rijbewijs, prawo jazdy",
    ),
    (
        "STATE_ID PROOF_OF_IDENTITY",
        "
        id, id card, identity card, national id, personalausweis, pa, ausweis, cni, carte
        identite, dni, carta identita, identiteitskaart, dowod osobisty",
    ),
    (
        "RESIDENCE_PERMIT PROOF_OF_IDENTITY",
        "
        residence permit, brp, aufenthaltstitel, at, titre de sejour, nie, permesso di
        soggiorno",
    ),
    (
        "BIRTH_CERTIFICATE PROOF_OF_IDENTITY",
        "birth certificate, geburtsurkunde, acte de naissance",
    ),
    (
        "UTILITY_BILL PROOF_OF_ADDRESS",
        "
        ub, utility bill, utility, stromrechnung, nebenkosten, facture, justificatif de
        domicile, recibo, bolletta",
    ),
    (
        "BANK_STATEMENT PROOF_OF_ADDRESS",
        "
        bs, bank statement, statement, kontoauszug, ka, releve bancaire, extracto bancario,
        estratto conto",
    ),
    (
        "UNKNOWN PROOF_OF_SOURCE_OF_WEALTH",
        "sw, sow, source of wealth, mittelherkunftsnachweis, mh",
    ),
    (
        "UNKNOWN PROOF_OF_SOURCE_OF_FUNDS",
        "sf, sof, source of funds",
    ),
    (
        "INCORPORATION COMPANY_FILING",
        "
        ci, certificate of incorporation, certificate, incorporation, articles,
        gesellschaftsvertrag, gv, statuts, estatutos",
    ),
    (
        "REGISTER_REPORT COMPANY_FILING",
        "
        register extract, hr, handelsregisterauszug, hra, kbis, extrait kbis, nota simple,
        visura",
    ),
    (
        "COMPANY_ACCOUNTS COMPANY_FILING",
        "
        ac, accounts, annual accounts, jahresabschluss, ja, bilanz, comptes annuels, cuentas
        anuales, bilancio",
    ),
    (
        "ANNUAL_RETURN COMPANY_FILING",
        "ar, annual return, confirmation statement",
    ),
];

/// Countries and nationalities as other languages than English call them, where they are called
/// otherwise; English names and codes the step `country` knows itself.
pub(super) const COUNTRIES: Codes = &[
    (
        "AUT",
        "österreich, österreichisch, autriche, autrichien, oostenrijk, austriaco, austriacki",
    ),
    (
        "BEL",
        "belgien, belgisch, belgique, belge, belgica, belga, belgio, belgië, belgia",
    ),
    (
        "CHE",
        "
        schweiz, schweizerisch, schweizer, suisse, suissesse, suiza, suizo, svizzera, svizzero,
        zwitserland, szwajcaria",
    ),
    (
        "CHN",
        "volksrepublik china, chinesisch, chine, chinois, chino, cina, cinese, chinees, chiny",
    ),
    (
        "CZE",
        "tschechien, tschechisch, tchequie, tcheque, chequia, checo, cechia, tsjechie, czechy",
    ),
    (
        "DEU",
        "
        deutschland, deutsch, brd, allemagne, allemand, alemania, aleman, germania, tedesco,
        duitsland, duits, niemcy, niemieckie",
    ),
    (
        "DZA",
        "algerien, algerisch, algerie, argelia, argelino, algerino, algerijns",
    ),
    (
        "DNK",
        "
        dänemark, dänisch, danemark, danois, dinamarca, danes, danimarca, denemarken, deens,
        dania",
    ),
    (
        "ESP",
        "
        spanien, spanisch, espagne, espagnol, españa, español, spagna, spagnolo, spanje,
        spaans, hiszpania",
    ),
    (
        "FRA",
        "
        frankreich, französisch, français, francia, francés, francese, frankrijk, frans,
        francja",
    ),
    (
        "GBR",
        "
        vereinigtes königreich, grossbritannien, britisch, englisch, royaume uni, grande bretagne,
        britannique, anglais, reino unido, britanico, inglés, regno unito, britannico, inglese,
        verenigd koninkrijk, brits, engels, wielka brytania, brytyjskie",
    ),
    (
        "GRC",
        "
        griechenland, griechisch, grece, grec, grecque, grecia, griego, greco, griekenland, grieks,
        grecja",
    ),
    (
        "HRV",
        "kroatien, kroatisch, croatie, croate, croacia, croata, croazia, kroatie, chorwacja",
    ),
    (
        "HUN",
        "
        ungarn, ungarisch, hongrie, hongrois, hungria, hungaro, ungheria, ungherese,
        hongarije, wegry",
    ),
    (
        "IRL",
        "
        irland, irisch, irlande, irlandais, irlanda, irlandes, irlandese, ierland, iers,
        irlandia",
    ),
    (
        "ITA",
        "italien, italienisch, italie, italia, italiano, italiaans, wlochy, wloskie",
    ),
    (
        "LUX",
        "luxemburg, luxemburgisch, luxembourgeois, luxemburgo, lussemburgo, luksemburg",
    ),
    (
        "MAR",
        "
        marokko, marokkanisch, maroc, marocain, marruecos, marroqui, marocco, marocchino,
        marokkaans",
    ),
    (
        "NLD",
        "
        niederlande, niederländisch, holland, pays bas, néerlandais, paises bajos, neerlandes,
        paesi bassi, olandese, nederland, nederlands, holandia",
    ),
    (
        "NOR",
        "
        norwegen, norwegisch, norvege, norvegien, noruega, noruego, norvegia, noorwegen,
        norwegia",
    ),
    (
        "POL",
        "polen, polnisch, pologne, polonais, polonia, polaco, polacco, pools, polska, polskie",
    ),
    (
        "PRT",
        "portugiesisch, português, portugais, portogallo, portoghese, portugees, portugalia",
    ),
    (
        "ROU",
        "
        rumänien, rumänisch, roumanie, roumain, rumania, rumano, romania, romeno, roemenie,
        rumunia",
    ),
    (
        "RUS",
        "russland, russisch, russie, russe, rusia, ruso, russo, rusland, rosja",
    ),
    (
        "SWE",
        "
        schweden, schwedisch, suede, suedois, suecia, sueco, svezia, svedese, zweden, zweeds,
        szwecja",
    ),
    (
        "TUR",
        "türkei, türkisch, turquie, turc, turque, turquia, turco, turchia, turkije, turcja",
    ),
    (
        "UKR",
        "ukrainisch, ukrainien, ucrania, ucraniano, ucraina, ucraino, oekraine, ukraina",
    ),
    (
        "USA",
        "
        vereinigte staaten, vereinigte staaten von amerika, us amerikanisch, amerikanisch,
        etats unis, américain, estados unidos, estadounidense, americano, ee uu, stati uniti, verenigde staten, amerikaans, stany
        zjednoczone",
    ),
];

/// The country that a word stands for, also an adjective in its other forms: *française*, *deutsche*,
/// *española*.
pub(super) fn country(word: &str) -> Option<&'static str> {
    meaning(word, COUNTRIES).or_else(|| {
        let word = plain(word);
        let stems = ENDINGS
            .iter()
            .filter_map(|(ending, stem)| Some([word.strip_suffix(ending)?, stem].concat()));
        let is_long = |stem: &String| stem.len() >= STEM_LETTERS_MIN;
        stems
            .filter(is_long)
            .find_map(|stem| meaning(&stem, COUNTRIES))
    })
}

/// How adjectives of the languages of [`COUNTRIES`] end, and how the form ends that stands there:
/// *polnische*, *italienne*, *italiana*, *niemiecka*.
const ENDINGS: [(&str, &str); 8] = [
    ("e", ""),
    ("er", ""),
    ("es", ""),
    ("ne", ""),
    ("a", ""),
    ("a", "o"),
    ("a", "ie"),
    ("en", ""),
];
/// Shorter stems may be anything.
const STEM_LETTERS_MIN: usize = 4;

/// What a code stands for.
pub(super) fn meaning(code: &str, codes: Codes) -> Option<&'static str> {
    let wanted = plain(code);
    let stands = |known: &&str| plain(known) == wanted;
    let found = codes
        .iter()
        .find(|(_, known)| known.split(',').any(|known| stands(&known)));
    found
        .filter(|_| !wanted.is_empty())
        .map(|(value, _)| *value)
}

/// Whether a code is one of these, however it is written.
pub(super) fn is_one(code: &str, known: &[&str]) -> bool {
    known.iter().any(|known| plain(known) == plain(code))
}

/// Folded, without signs between its words; `ä` and `ae` the same.
fn plain(code: &str) -> String {
    let whole = fold::words(code).concat();
    whole
        .replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_written() {
        for (code, codes, expected) in [
            ("Geschäftsführer", ROLES, Some("officers.directors")),
            ("GESCHAEFTSFUEHRER", ROLES, Some("officers.directors")),
            ("UBO", ROLES, Some("ownership_structure.beneficial_owners")),
            ("G.m.b.H.", ENTITY_KINDS, Some("COMPANY")),
            ("e.K.", ENTITY_KINDS, Some("SOLE_PROPRIETORSHIP")),
            ("weiblich", GENDERS, Some("F")),
            ("X", GENDERS, Some(LEFT_OUT)),
            ("Q", GENDERS, None),
            ("", RISKS, None),
            ("-", RISKS, None),
            ("Closed", CLOSED, Some("closed")),
        ] {
            assert_eq!(meaning(code, codes), expected, "{code}");
        }
    }

    #[test]
    fn a_nationality_is_known_in_its_other_forms() {
        for (word, expected) in [
            ("française", Some("FRA")),
            ("Française", Some("FRA")),
            ("deutsche", Some("DEU")),
            ("Deutscher", Some("DEU")),
            ("österreichische", Some("AUT")),
            ("Oesterreicherin", None),
            ("española", Some("ESP")),
            ("alemana", Some("DEU")),
            ("allemande", Some("DEU")),
            ("italienne", Some("ITA")),
            ("italiana", Some("ITA")),
            ("polaca", Some("POL")),
            ("portugaise", Some("PRT")),
            ("niemiecka", Some("DEU")),
            ("inglesa", Some("GBR")),
            ("suissesse", Some("CHE")),
            ("marocaine", Some("MAR")),
            ("narniane", None),
            ("a", None),
        ] {
            assert_eq!(country(word), expected, "{word}");
        }
    }

    #[test]
    fn no_code_stands_for_two_things() {
        let tables = [
            GENDERS,
            RISKS,
            OUTCOMES,
            COUNTRIES,
            CLOSED,
            ROLES,
            ENTITY_KINDS,
            DOCUMENT_TYPES,
        ];
        for codes in tables {
            for (value, known) in codes {
                for code in known.split(',') {
                    assert_eq!(meaning(code, codes), Some(*value), "{code}");
                }
            }
        }
    }
}
