"""An API's values: JSON Schema turned into Python types, and wire values into those types and back."""
