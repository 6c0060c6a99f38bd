//! What columns and files are called in client books, in several languages.

mod clients;
mod others;

use super::words::{Meaning, Part};
use Part::{Associates, Companies, Documents, Individuals, Notes};

/// What a column holds, the parts it is met in, and what it is called there. Languages are divided by
/// `;` (English, German, French, Spanish, Italian, Dutch, Polish); `=` is before a word that must be
/// the whole name.
pub(super) type Entry = (Meaning, &'static [Part], &'static str);

/// Every entry.
pub(super) fn columns() -> impl Iterator<Item = &'static Entry> {
    clients::COLUMNS.iter().chain(others::COLUMNS)
}

/// What files are called, by what their rows become.
pub(super) const FILES: &[(Part, &str)] = &[
    (
        Individuals,
        "
        individuals, individual, persons, people, person, private, retail, natural;
        personen, privatkunden, privat, natuerliche;
        particuliers, personnes;
        particulares, personas;
        persone, privati;
        personen;
        osoby",
    ),
    (
        Companies,
        "
        companies, company, corporates, corporate, businesses, business, entities,
            legal;
        firmen, firmenkunden, unternehmen, gesellschaften;
        societes, entreprises;
        empresas, sociedades;
        aziende, societa;
        bedrijven;
        firmy",
    ),
    (
        Associates,
        "
        associates, associate, officers, directors, shareholders, owners, ubo, ubos,
            relations, relationships, links, related;
        beteiligungen, beziehungen, organe, gesellschafter, verbundene;
        dirigeants, actionnaires, associes;
        socios, vinculados, administradores;
        soci, collegati;
        bestuurders, aandeelhouders;
        udzialowcy, powiazania",
    ),
    (
        Documents,
        "
        documents, document, scans, files, docs, images;
        dokumente, unterlagen;
        pieces, fichiers;
        documentos;
        documenti;
        documenten;
        dokumenty",
    ),
    (
        Notes,
        "
        notes, note, comments, remarks, memos;
        notizen, bemerkungen, vermerke;
        commentaires, remarques;
        notas, comentarios;
        note, commenti;
        notities;
        notatki",
    ),
];
