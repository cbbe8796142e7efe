// Native peer: simdjson in C++, in the ways a careful C++ programmer would do the bench's tasks.
//
//     simdjson dom|ondemand|lines THREADS SPEC_JSON FILE      output on stdout
//
// `dom` parses every record whole (parser.parse_many) and so validates all of it, as slung does. `ondemand`
// (parser.iterate_many) and `lines` (parser.iterate, once per line) validate only what they touch: what they skip may
// be anything. Blocks of whole lines are read with read(2), matching lines are copied as bytes, output is collected and
// written in large pieces, strings without special characters are copied. Each thread reads a block, works on it
// and writes in the order of the blocks. The spec is the one of tasks.mjs.
#include "simdjson.h"

#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <vector>

#include "output.h"
#include "spec.h"

namespace {

using std::string_view;

/// As much as fits beside the index and the tape in a second-level cache; 256 KiB to 4 MiB measured the same.
constexpr size_t BLOCK_BYTES = 1024 * 1024;

[[noreturn]] void fail(const std::string &message) {
  fprintf(stderr, "simdjson: %s\n", message.c_str());
  exit(1);
}

void check(simdjson::error_code error) {
  if (error) fail(simdjson::error_message(error));
}

/// Whole lines, with the padding behind them that simdjson needs.
struct Block {
  std::vector<char> bytes;
  size_t length = 0;
};

/// What the threads share: the input, its unfinished last line, and whose turn it is to write.
class Stream {
public:
  explicit Stream(int input) : fd(input) {}

  /// The next block and its number, or false at the end of the input.
  bool read(Block &block, uint64_t &number) {
    std::lock_guard<std::mutex> lock(reading);
    block.bytes.resize(std::max(block.bytes.size(), carry.size() + BLOCK_BYTES + simdjson::SIMDJSON_PADDING));
    memcpy(block.bytes.data(), carry.data(), carry.size());
    size_t used = carry.size();
    size_t whole = 0;
    for (;;) {
      const size_t room = block.bytes.size() - simdjson::SIMDJSON_PADDING - used;
      const ssize_t got = ::read(fd, block.bytes.data() + used, room);
      if (got < 0) fail("cannot read the input");
      if (got == 0 && used > 0 && block.bytes[used - 1] != '\n') block.bytes[used++] = '\n';
      used += size_t(got);
      const void *last = memrchr(block.bytes.data(), '\n', used);
      whole = last == nullptr ? 0 : size_t(static_cast<const char *>(last) - block.bytes.data()) + 1;
      if (got == 0 || (whole > 0 && used >= BLOCK_BYTES / 2)) break;
      if (block.bytes.size() - simdjson::SIMDJSON_PADDING - used < BLOCK_BYTES / 2) block.bytes.resize(2 * block.bytes.size());
    }
    carry.assign(block.bytes.data() + whole, block.bytes.data() + used);
    block.length = whole;
    number = nextRead++;
    return whole > 0;
  }

  /// Writes what block `number` gave, after those before it.
  void write(uint64_t number, Output &output) {
    std::unique_lock<std::mutex> lock(writing);
    turn.wait(lock, [&] { return nextWrite == number; });
    if (!output.flush()) fail("cannot write the output");
    nextWrite++;
    turn.notify_all();
  }

private:
  int fd;
  std::vector<char> carry;
  std::mutex reading, writing;
  std::condition_variable turn;
  uint64_t nextRead = 0, nextWrite = 0;
};

/// One thread's answers that are not lines of output.
struct Totals {
  uint64_t records = 0;
  uint64_t nulls = 0;
  std::unordered_map<std::string, uint64_t> groups;

  /// A record's group: a string, or what is missing.
  void count(simdjson::simdjson_result<string_view> key) {
    if (key.error()) nulls++;
    else count(key.value_unsafe());
  }

private:
  std::string scratch;

  void count(string_view key) {
    scratch.assign(key.data(), key.size());
    groups[scratch]++;
  }
};

// DOM ----------------------------------------------------------------------------------------------------------------

simdjson::simdjson_result<simdjson::dom::element> at(simdjson::dom::element value, const Path &path) {
  for (const Step &step : path) {
    auto next = step.isIndex ? value.at(step.index) : value.at_key(step.key);
    if (next.error()) return next.error();
    value = next.value_unsafe();
  }
  return value;
}

bool equals(simdjson::dom::element value, const Spec &spec) {
  string_view text;
  double number;
  return spec.isString ? !value.get_string().get(text) && text == spec.text
                       : !value.get_double().get(number) && number == spec.number;
}

/// A value as JSON (`json`) or as a cell; `minify`: through the library's own serializer.
void put(simdjson::dom::element value, bool json, bool minify, Output &out) {
  if (minify && (json || !value.is_string())) {
    if (json || !value.is_null()) out.text(simdjson::minify(value));
    return;
  }
  switch (value.type()) {
    case simdjson::dom::element_type::STRING: {
      const string_view text = value.get_string().value_unsafe();
      if (json) out.quoted(text);
      else out.cell(text);
      return;
    }
    case simdjson::dom::element_type::INT64: return out.number(value.get_int64().value_unsafe());
    case simdjson::dom::element_type::UINT64: return out.number(value.get_uint64().value_unsafe());
    case simdjson::dom::element_type::DOUBLE: return out.number(value.get_double().value_unsafe());
    case simdjson::dom::element_type::NULL_VALUE:
      if (json) out.text("null");
      return;
    default: {
      const std::string text = simdjson::minify(value);
      if (json) out.text(text);
      else out.cell(text);
    }
  }
}

class Dom {
public:
  explicit Dom(bool useMinify) : minify(useMinify) {}

  void block(const Block &block, const Spec &spec, Totals &totals, Output &out) {
    simdjson::dom::document_stream stream;
    check(parser.parse_many(block.bytes.data(), block.length, block.length).get(stream));
    for (auto at = stream.begin(); at != stream.end(); ++at) {
      simdjson::dom::element record;
      check((*at).get(record));
      totals.records++;
      if (spec.kind == Kind::filter) {
        auto value = ::at(record, spec.path);
        if (!value.error() && equals(value.value_unsafe(), spec)) out.line(block.bytes.data() + at.current_index());
      } else if (spec.kind == Kind::count) {
        totals.count(::at(record, spec.path).get_string());
      } else if (spec.kind != Kind::validate) row(record, spec, out);
    }
    if (stream.truncated_bytes() != 0) fail("a record is not complete");
  }

private:
  simdjson::dom::parser parser;
  bool minify;

  void row(simdjson::dom::element record, const Spec &spec, Output &out) const {
    const bool json = spec.kind == Kind::project;
    for (const Column &column : spec.columns) {
      auto value = at(record, column.path);
      if (json && value.error()) continue;
      out.startCell(json ? string_view(column.label) : string_view(","));
      if (!value.error()) put(value.value_unsafe(), json, minify, out);
    }
    out.endRow(json);
  }
};

// On-demand ----------------------------------------------------------------------------------------------------------

namespace od = simdjson::ondemand;

/// A number or a literal may have white space behind it.
string_view trimmed(string_view token) {
  while (!token.empty() && strchr(" \t\r\n", token.back()) != nullptr) token.remove_suffix(1);
  return token;
}

void put(od::value value, bool json, Output &out) {
  od::json_type type;
  check(value.type().get(type));
  if (type == od::json_type::string && !json) {
    string_view text;
    check(value.get_string().get(text));
    return out.cell(text);
  }
  if (type == od::json_type::object || type == od::json_type::array) {
    string_view text;
    check(value.raw_json().get(text));
    return json ? out.text(text) : out.cell(text);
  }
  if (type == od::json_type::null && !json) return;
  out.text(trimmed(value.raw_json_token()));
}

/// Keeps its cells apart, because they come in the order of the paths' tree and not of the columns.
class Row {
public:
  explicit Row(size_t columns) : cells(columns) {}

  template <typename Root> void write(Root &root, const Spec &spec, Output &out) {
    const bool json = spec.kind == Kind::project;
    for (auto &cell : cells) cell.clear();
    for (const Node &child : spec.tree.children) {
      auto found = child.step.isIndex ? simdjson::simdjson_result<od::value>(root.at(child.step.index))
                                      : simdjson::simdjson_result<od::value>(root.find_field_unordered(child.step.key));
      if (!found.error()) visit(found.value_unsafe(), child, json);
    }
    for (size_t i = 0; i < cells.size(); i++) {
      if (json && cells[i].empty()) continue;
      out.startCell(json ? string_view(spec.columns[i].label) : string_view(","));
      out.text(cells[i].view());
    }
    out.endRow(json);
  }

private:
  std::vector<Output> cells;

  void visit(od::value value, const Node &node, bool json) {
    if (node.column >= 0) return put(value, json, cells[size_t(node.column)]);
    for (const Node &child : node.children) {
      auto found = child.step.isIndex ? value.at(child.step.index) : value.find_field_unordered(child.step.key);
      if (!found.error()) visit(found.value_unsafe(), child, json);
    }
  }
};

template <typename Root> simdjson::simdjson_result<od::value> find(Root &root, const Path &path) {
  simdjson::simdjson_result<od::value> value = root.find_field_unordered(path[0].key);
  for (size_t i = 1; i < path.size() && !value.error(); i++) {
    value = path[i].isIndex ? value.at(path[i].index) : value.find_field_unordered(path[i].key);
  }
  return value;
}

template <typename Root>
void record(Root &root, const char *start, const Spec &spec, Row &row, Totals &totals, Output &out) {
  totals.records++;
  if (spec.kind == Kind::project || spec.kind == Kind::csv) return row.write(root, spec, out);
  auto value = find(root, spec.path);
  if (spec.kind == Kind::count) return totals.count(value.get_string());
  if (value.error()) return;
  string_view text;
  double number;
  if (spec.isString ? !value.get_string().get(text) && text == spec.text
                           : !value.get_double().get(number) && number == spec.number) {
    out.line(start);
  }
}

class OnDemand {
public:
  explicit OnDemand(const Spec &spec) : row(spec.columns.size()) {}

  void block(Block &block, const Spec &spec, Totals &totals, Output &out) {
    od::document_stream stream;
    check(parser.iterate_many(block.bytes.data(), block.length, block.length).get(stream));
    for (auto at = stream.begin(); at != stream.end(); ++at) {
      auto root = *at;
      check(root.error());
      od::document_reference document = root.value_unsafe();
      record(document, block.bytes.data() + at.current_index(), spec, row, totals, out);
    }
    if (stream.truncated_bytes() != 0) fail("a record is not complete");
  }

private:
  od::parser parser;
  Row row;
};

class Lines {
public:
  explicit Lines(const Spec &spec) : row(spec.columns.size()) {}

  void block(Block &block, const Spec &spec, Totals &totals, Output &out) {
    const char *const end = block.bytes.data() + block.length;
    const char *const padded = block.bytes.data() + block.bytes.size();
    for (const char *start = block.bytes.data(); start < end;) {
      const char *const newline = static_cast<const char *>(memchr(start, '\n', size_t(end - start)));
      if (newline > start) {
        od::document document;
        check(parser.iterate(start, size_t(newline - start), size_t(padded - start)).get(document));
        record(document, start, spec, row, totals, out);
      }
      start = newline + 1;
    }
  }

private:
  od::parser parser;
  Row row;
};

/// One thread: blocks until there are no more.
template <typename Engine> void work(Engine engine, Stream &stream, const Spec &spec, Totals &totals) {
  Block block;
  Output output;
  uint64_t number;
  while (stream.read(block, number)) {
    engine.block(block, spec, totals, output);
    stream.write(number, output);
  }
}

void run(const std::string &mode, Stream &stream, const Spec &spec, Totals &totals) {
  if (mode == "dom" || mode == "minify") work(Dom(mode == "minify"), stream, spec, totals);
  else if (mode == "ondemand") work(OnDemand(spec), stream, spec, totals);
  else if (mode == "lines") work(Lines(spec), stream, spec, totals);
  else fail("no mode " + mode + ": dom, ondemand or lines");
}

/// What comes after the last block: a count, or a line for each group.
void summary(const Spec &spec, const std::vector<Totals> &all, Output &out) {
  Totals sum;
  for (const Totals &one : all) {
    sum.records += one.records;
    sum.nulls += one.nulls;
    for (const auto &[key, count] : one.groups) sum.groups[key] += count;
  }
  if (spec.kind == Kind::validate) {
    out.number(sum.records);
    out.text("\n");
  }
  const auto group = [&](uint64_t count, auto &&key) {
    out.text("{");
    out.text(spec.label);
    key();
    out.text(",\"count\":");
    out.number(count);
    out.text("}\n");
  };
  for (const auto &one : sum.groups) group(one.second, [&] { out.quoted(one.first); });
  if (sum.nulls > 0) group(sum.nulls, [&] { out.text("null"); });
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: simdjson dom|ondemand|lines THREADS SPEC_JSON FILE");
  const std::string mode = argv[1];
  const Spec spec = readSpec(argv[3]);
  const int fd = open(argv[4], O_RDONLY);
  if (fd < 0) fail(std::string("cannot open ") + argv[4]);
  if (spec.kind == Kind::validate && mode != "dom") fail("only dom validates what it is not asked for");
  Output out;
  out.header(spec);
  if (!out.flush()) fail("cannot write the output");
  Stream stream(fd);
  std::vector<Totals> totals(size_t(std::max(1, atoi(argv[2]))));
  std::vector<std::thread> threads;
  for (size_t i = 1; i < totals.size(); i++) threads.emplace_back([&, i] { run(mode, stream, spec, totals[i]); });
  run(mode, stream, spec, totals[0]);
  for (auto &thread : threads) thread.join();
  summary(spec, totals, out);
  if (!out.flush()) fail("cannot write the output");
  return 0;
}
