//! gateway/types
