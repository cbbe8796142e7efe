// Output that is collected: bytes, JSON strings, numbers and CSV cells. The scans for characters that need more than a
// copy look at eight bytes at a time.
#pragma once
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "spec.h"

class Output {
public:
  void text(std::string_view bytes) {
    char *to = room(bytes.size());
    memcpy(to, bytes.data(), bytes.size());
    used += bytes.size();
  }

  /// The line that starts here, newline included.
  void line(const char *start) {
    const char *end = static_cast<const char *>(rawmemchr(start, '\n'));
    text(std::string_view(start, size_t(end - start) + 1));
  }

  template <typename Number> void number(Number value) {
    char *to = room(32);
    used += size_t(std::to_chars(to, to + 32, value).ptr - to);
  }

  /// As a JSON string.
  void quoted(std::string_view bytes) {
    char *to = room(bytes.size() * 6 + 2);
    char *at = to;
    *at++ = '"';
    const char *from = bytes.data();
    const char *const end = from + bytes.size();
    while (from < end) {
      if (end - from >= 8 && isPlain(from)) {
        memcpy(at, from, 8);
        at += 8;
        from += 8;
      } else at = escaped(at, *from++);
    }
    *at++ = '"';
    used += size_t(at - to);
  }

  /// As a CSV cell, quoted if it has to be.
  void cell(std::string_view bytes) {
    bool plain = true;
    for (const char byte : bytes) plain &= byte != '"' && byte != ',' && byte != '\n' && byte != '\r';
    if (plain) return text(bytes);
    char *to = room(bytes.size() * 2 + 2);
    char *at = to;
    *at++ = '"';
    for (const char byte : bytes) {
      if (byte == '"') *at++ = '"';
      *at++ = byte;
    }
    *at++ = '"';
    used += size_t(at - to);
  }


  /// `before` is a comma, or a member's label, which gets its comma or brace here.
  void startCell(std::string_view before) {
    if (before == ",") {
      if (isStarted) text(",");
    } else {
      text(isStarted ? "," : "{");
      text(before);
    }
    isStarted = true;
  }

  void endRow(bool json) {
    text(json ? (isStarted ? "}\n" : "{}\n") : "\n");
    isStarted = false;
  }

  void header(const Spec &spec) {
    if (spec.kind != Kind::csv) return;
    for (const Column &column : spec.columns) {
      startCell(",");
      cell(column.name);
    }
    endRow(false);
  }

  bool empty() const { return used == 0; }
  std::string_view view() const { return {bytes.data(), used}; }
  void clear() { used = 0; }

  /// Writes everything to standard output.
  bool flush() {
    for (size_t at = 0; at < used;) {
      const ssize_t wrote = write(1, bytes.data() + at, used - at);
      if (wrote < 0) return false;
      at += size_t(wrote);
    }
    used = 0;
    return true;
  }

private:
  std::vector<char> bytes;
  size_t used = 0;
  bool isStarted = false;

  char *room(size_t size) {
    if (bytes.size() - used < size) bytes.resize(2 * bytes.size() + size);
    return bytes.data() + used;
  }

  /// Eight bytes without quote, backslash or control character.
  static bool isPlain(const char *from) {
    uint64_t word;
    memcpy(&word, from, 8);
    constexpr uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    const uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
    const uint64_t hits = ((word - ones * 0x20) | (quote - ones) | (slash - ones)) & ~word & high;
    return hits == 0;
  }

  static char *escaped(char *at, char byte) {
    constexpr char hex[] = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(byte);
    const char *const shorts = "btn\0fr";
    if (code >= 0x20 && byte != '"' && byte != '\\') {
      *at++ = byte;
      return at;
    }
    *at++ = '\\';
    if (byte == '"' || byte == '\\') *at++ = byte;
    else if (code >= 8 && code <= 13 && code != 11) *at++ = shorts[code - 8];
    else {
      memcpy(at, "u00", 3);
      at[3] = hex[code >> 4];
      at[4] = hex[code & 15];
      at += 5;
    }
    return at;
  }
};
