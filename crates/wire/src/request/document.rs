//! Bodies about files, images and documents.

use serde_json::Value;
use uuid::Uuid;

use super::{Fields, FromFields};
use crate::schema::{self, Shape};
use crate::value::{DocumentCategory, DocumentType, ImageType};

/// The body of `POST /profiles/{id}/files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadFile {
    /// Base64 or a data URI, not decoded yet.
    pub data: String,
    pub name: Option<String>,
}

impl FromFields for UploadFile {
    const FIELDS: &'static [&'static str] = &["data", "name"];
    const READ_ONLY: &'static [&'static str] =
        &["id", "encrypted_data", "sha256", "size_bytes", "media_type"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<UploadFile> {
        let data = content(fields);
        let name = fields.optional_text("name");
        Some(UploadFile { data: data?, name })
    }
}

/// The body of `POST /profiles/{id}/document_images`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadImage {
    /// Base64 or a data URI, not decoded yet.
    pub data: String,
    pub image_type: ImageType,
    pub document_type: Option<DocumentType>,
    pub document_category: Option<DocumentCategory>,
}

impl FromFields for UploadImage {
    const FIELDS: &'static [&'static str] =
        &["data", "image_type", "document_type", "document_category"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "encrypted_data",
        "sha256",
        "size_bytes",
        "media_type",
        "upload_date",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<UploadImage> {
        let data = content(fields);
        let image_type = fields.one_of("image_type");
        let document_type = fields.optional_one_of("document_type");
        let document_category = fields.optional_one_of("document_category");
        let (data, image_type) = (data?, image_type?);
        Some(UploadImage {
            data,
            image_type,
            document_type,
            document_category,
        })
    }
}

/// The content of a file. Its length is bounded by that of the body.
fn content(fields: &mut Fields<'_>) -> Option<String> {
    let value = fields.value("data")?;
    match value.as_str() {
        None => fields.mistake("data", "must be the content in base64 or a data URI"),
        Some("") => fields.mistake("data", "must not be empty"),
        Some(text) => return Some(text.to_owned()),
    }
    None
}

/// The body of `POST /profiles/{id}/collected_data/documents`.
#[derive(Clone, Debug, PartialEq)]
pub struct AddDocument {
    pub category: DocumentCategory,
    pub document_type: DocumentType,
    /// Ids of images of the profile.
    pub images: Vec<Uuid>,
    /// What is known to stand in the document: number, dates of issue and expiry …
    pub extracted_data: Option<Value>,
}

struct Image(Uuid);

impl FromFields for Image {
    const FIELDS: &'static [&'static str] = &["id"];
    const READ_ONLY: &'static [&'static str] = &[
        "image_type",
        "upload_date",
        "document_type",
        "document_category",
        "encrypted_data",
        "sha256",
        "size_bytes",
        "media_type",
        "data",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<Image> {
        fields.id("id").map(Image)
    }
}

impl FromFields for AddDocument {
    const FIELDS: &'static [&'static str] =
        &["category", "document_type", "images", "extracted_data"];
    const READ_ONLY: &'static [&'static str] = &["id", "verification_result"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<AddDocument> {
        let category = fields.one_of("category");
        let document_type = fields.one_of("document_type");
        fields.value("images");
        let images: Vec<Image> = fields.optional_objects("images").unwrap_or_default();
        let images = images.into_iter().map(|image| image.0).collect();
        let extracted_data = fields
            .get("extracted_data")
            .filter(|data| !data.is_null())
            .cloned();
        if let Some(data) = &extracted_data {
            let unknown = schema::unknown(Shape::DocumentData, data, None);
            fields.mistakes_of("extracted_data", unknown);
        }
        Some(AddDocument {
            category: category?,
            document_type: document_type?,
            images,
            extracted_data,
        })
    }
}
