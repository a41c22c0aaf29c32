//! What every generated model and open enum has besides its fields or variants.

/// The code of a model: a line for each field, `field` or `secret`, its name on the wire and its own; then the times
/// among them and the names of their readers.
macro_rules! model_code {
    (
        $name:ident { $($write:ident $wire:literal => $field:ident,)* }
        times { $($time:ident => $reader:ident,)* }
    ) => {
        impl $crate::model::Model for $name {
            const NAME: &'static str = stringify!($name);
            #[allow(clippy::match_single_binding, dead_code)] // A model may have no fields.
            fn read_field<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> Result<(), A::Error> {
                match key {
                    $($wire => $crate::model::field(
                        &mut self.$field,
                        &mut self.other,
                        const { &$crate::model::Known::of(<$name as $crate::model::Model>::NAMES, $wire) },
                        map,
                    ),)*
                    _ => $crate::model::other_field(&mut self.other, key, map),
                }
            }
            const NAMES: &'static [&'static str] = &[$($wire),*];
            #[allow(non_camel_case_types, dead_code, unused_variables)] // A model may have no fields.
            fn read_text_field(&mut self, index: usize, reader: &mut $crate::model::Text<'_>) -> $crate::model::Sure<()> {
                enum Place { $($field,)* }
                match index {
                    $(place if place == Place::$field as usize => $crate::model::text_field(
                        &mut self.$field,
                        &mut self.other,
                        const { &$crate::model::Known::of(<$name as $crate::model::Model>::NAMES, $wire) },
                        reader,
                    ),)*
                    _ => Ok(()),
                }
            }
            #[allow(unused_variables)]
            fn write_fields<W: $crate::model::FieldWriter>(&self, out: &mut W) -> Result<(), W::Error> {
                $(out.$write($wire, &self.$field)?;)*
                Ok(())
            }
            fn other(&self) -> &$crate::model::Other {
                &self.other
            }
            fn other_mut(&mut self) -> &mut $crate::model::Other {
                &mut self.other
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::model::serialize(self, serializer)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::model::debug(self, f)
            }
        }

        impl $name {
            $(
                #[doc = concat!("`", stringify!($time), "` as a time of the system's clock.")]
                #[must_use]
                pub fn $reader(&self) -> Option<std::time::SystemTime> {
                    self.$time.and_then($crate::model::system_time)
                }
            )*
        }
    };
}

/// The code of an open enum: its texts and their variants, and `Other` for the rest.
macro_rules! open_enum_code {
    ($name:ident { $($text:literal => $variant:ident,)* }) => {
        impl $name {
            /// Its text, as the API has it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl $crate::model::OpenEnum for $name {
            fn as_str(&self) -> &str {
                self.as_str()
            }
            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
            fn other(text: String) -> Self {
                Self::Other(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $crate::model::OpenEnum::from_text(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $crate::model::OpenEnum::from_text(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl $crate::model::Read for $name {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$crate::model::Found<Self>, D::Error> {
                $crate::model::read_enum(deserializer)
            }
            fn read_text(
                place: &mut Option<Self>,
                reader: &mut $crate::model::Text<'_>,
            ) -> $crate::model::Sure<Option<serde_json::Value>> {
                $crate::model::read_string(place, reader, |text| $crate::model::OpenEnum::from_text(text))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::deserialize_enum(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use {model_code, open_enum_code};
