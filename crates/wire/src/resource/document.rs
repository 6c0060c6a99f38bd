//! Files, images of documents, and documents.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::time::DateTime;
use crate::value::{DocumentCategory, DocumentType, ImageType};

/// Stands for stored content, which the API never shows: `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptedData {}

/// A file, such as the attachment of a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileResource {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_data: Option<EncryptedData>,
    /// *Additive.* SHA-256 of the content, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// *Additive.* Length of the content in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

/// One image of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentImageResource {
    pub id: Uuid,
    pub image_type: ImageType,
    pub upload_date: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_category: Option<DocumentCategory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_data: Option<EncryptedData>,
    /// *Additive.* SHA-256 of the content, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// *Additive.* Length of the content in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

/// An image as documents name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageRef {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_type: Option<ImageType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_date: Option<DateTime>,
}

/// A document of a profile, made of images. The contract allows no other fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub id: Uuid,
    pub category: DocumentCategory,
    pub document_type: DocumentType,
    pub images: Vec<ImageRef>,
    /// What was read from the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extracted_data: Option<Value>,
    /// What a provider made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_result: Option<Value>,
}
