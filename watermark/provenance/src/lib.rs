//! watermark/provenance
