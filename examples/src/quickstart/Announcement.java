void main() {
  IO.println("Sagitta quickstart: compiling the library first.");
}
