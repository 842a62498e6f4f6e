//! Members of JSON objects.

use serde_json::Value;

/// Sets a member of an object; what is no object stays as it is.
pub(crate) fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_is_added_or_replaced() {
        let mut object = json!({"a": 1});
        put(&mut object, "a", 2);
        put(&mut object, "b", "x");
        assert_eq!(object, json!({"a": 2, "b": "x"}));
        let mut text = json!("x");
        put(&mut text, "a", 1);
        assert_eq!(text, json!("x"));
    }
}
