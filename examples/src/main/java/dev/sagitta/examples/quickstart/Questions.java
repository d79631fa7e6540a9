package dev.sagitta.examples.quickstart;

import java.util.List;

/** Questions that the quickstart asks of its own accord. */
final class Questions {
  /** Shown with their answers. */
  static final List<String> SHOWN =
      List.of(
          "read all lines of a file",
          "compare two arrays",
          "parse a date from text",
          "current time zone");

  /** Only used to measure. */
  static final List<String> MEASURED =
      List.of(
          "absolute value",
          "add a listener to a button",
          "binary search in an array",
          "capacity of a byte buffer",
          "compute a message digest",
          "connect a socket",
          "convert a string to lower case",
          "copy a file",
          "create a temporary file",
          "current time in milliseconds",
          "days between two dates",
          "decompress a gzip stream",
          "delete a file",
          "draw a line",
          "encode bytes as base64",
          "environment variables",
          "exit the program",
          "fill an array",
          "find a regular expression in text",
          "format a number",
          "free memory",
          "generate a key pair",
          "greatest common divisor",
          "join strings with a separator",
          "leap year",
          "list files in a directory",
          "load a class by name",
          "lock a file",
          "maximum of two numbers",
          "next random integer",
          "number of available processors",
          "parse an integer",
          "play a sound",
          "print a stack trace",
          "put a thread to sleep",
          "read an image",
          "remove the last element of a list",
          "reverse a list",
          "send an http request",
          "shuffle a list",
          "sort a list",
          "split a string",
          "square root",
          "start a process",
          "trim whitespace",
          "wait for a thread to end",
          "write text to a file");

  private Questions() {}
}
