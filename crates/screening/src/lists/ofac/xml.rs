//! SDN.XML and CONSOLIDATED.XML.

use std::io::{self, BufRead};

use super::super::problem::{At, quoted};
use super::super::reading::{Draft, Reading};
use super::super::xml::{self, Node, Shape};
use super::{alias_kind, kind, programs};
use crate::entry::{IdentifierKind, Kind, NameKind, Role, Topic};

const SHAPE: Shape = Shape {
    root: "sdnList",
    records: &["sdnEntry"],
    headers: &["publshInformation"],
};

pub(crate) fn read(input: &mut dyn BufRead, reading: &mut Reading) -> io::Result<()> {
    xml::read(input, reading, &SHAPE, |reading, node| {
        match node.name.as_str() {
            "sdnEntry" => entry(reading, node),
            "publshInformation" => {
                reading.published = Some(node.text("Publish_Date").to_owned());
                reading.declared = node.text("Record_Count").parse().ok();
            }
            _ => {}
        }
    })
}

fn entry(reading: &mut Reading, node: &Node) {
    let at = At::Record(reading.records);
    let id = node.text("uid");
    if id.is_empty() {
        return reading.problem(at, None, "the entry has no uid and was left out".to_owned());
    }
    if reading.has(id) {
        let what = "the number was there before; both are one entry".to_owned();
        reading.problem(at, Some(id), what);
    }
    let Some(mut draft) = reading.entry(at, id) else {
        return;
    };
    draft.kind(kind(node.text("sdnType")));
    name(&mut draft, NameKind::Primary, node);
    draft.topic(Topic::Sanction);
    for program in node.items("programList", "program") {
        programs(&mut draft, program.own_text());
    }
    draft.position(node.text("title"));
    draft.remark(node.text("remarks"));
    for aka in node.items("akaList", "aka") {
        let kind = alias_kind(aka.text("type"), aka.text("category"));
        if kind.is_none() {
            draft.problem(format!(
                "the kind of alias {} is not known",
                quoted(aka.text("type"))
            ));
        }
        name(&mut draft, kind.unwrap_or(NameKind::Strong), aka);
    }
    births(&mut draft, node);
    for address in node.items("addressList", "address") {
        let pieces = [
            "address1",
            "address2",
            "address3",
            "city",
            "stateOrProvince",
            "postalCode",
        ];
        draft.address(
            &pieces.map(|piece| address.text(piece)),
            address.text("country"),
        );
    }
    for id in node.items("idList", "id") {
        draft.labelled(id.text("idType"), id.text("idNumber"), id.text("idCountry"));
    }
    for vessel in node.all("vesselInfo") {
        let sign = vessel.text("callSign");
        draft.identifier(IdentifierKind::CallSign, sign, "", Some("Call sign"));
        draft.countries(Role::Registration, vessel.text("vesselFlag"));
        for (element, label) in [("vesselType", "Vessel type"), ("vesselOwner", "Owner")] {
            let text = vessel.text(element);
            if !text.is_empty() {
                draft.remark(&format!("{label}: {text}"));
            }
        }
    }
}

fn name(draft: &mut Draft<'_>, kind: NameKind, node: &Node) {
    let (given, family) = (node.text("firstName"), node.text("lastName"));
    if given.is_empty() {
        draft.listed_name(kind, family);
    } else if draft.is(Kind::Person) {
        draft.parted_name(kind, given, family);
    } else {
        draft.name(kind, &format!("{given} {family}"));
    }
}

fn births(draft: &mut Draft<'_>, node: &Node) {
    for item in node.items("dateOfBirthList", "dateOfBirthItem") {
        draft.born(item.text("dateOfBirth"));
    }
    for item in node.items("placeOfBirthList", "placeOfBirthItem") {
        draft.birth_place(item.text("placeOfBirth"));
    }
    for (list, item) in [
        ("nationalityList", "nationality"),
        ("citizenshipList", "citizenship"),
    ] {
        for country in node.items(list, item) {
            draft.countries(Role::Nationality, country.text("country"));
        }
    }
}
