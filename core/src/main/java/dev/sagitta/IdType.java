package dev.sagitta;

/** The kind of id that every record of a collection carries, fixed when the collection is made. */
public enum IdType {
  /** 64-bit integers; all values are allowed. */
  LONG,
  /** Strings of 1 to {@link Limits#ID_BYTES_MAX} UTF-8 bytes without unpaired surrogates. */
  STRING,
  /** 128-bit UUIDs; all values are allowed. */
  UUID
}
