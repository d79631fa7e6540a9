// The process of C++ hnswlib in the race: does the task of a directory, and writes what it did, as
// EngineProcess.java does for the engines in Java. Vectors of cosine sets have length 1, so the
// inner product serves.
#include <hnswlib/hnswlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

// The macros are given to the compiler by HnswlibProgram.java.
constexpr int kM = RACE_M;
constexpr int kEfConstruction = RACE_EF_CONSTRUCTION;
constexpr int kK = RACE_K;
constexpr int kEfOfTwoThreads = RACE_EF_OF_TWO_THREADS;

using NamedValues = std::map<std::string, std::string>;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "hnswlib: " << what << std::endl;
  std::exit(1);
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

NamedValues read_values(const std::string& file) {
  std::ifstream in(file);
  if (!in) fail("cannot read " + file);
  NamedValues values;
  for (std::string line; std::getline(in, line);) {
    size_t equals = line.find('=');
    if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return values;
}

// Written as a whole or not at all.
void write_values(const NamedValues& values, const std::string& file) {
  std::string unfinished = file + ".unfinished";
  std::ofstream out(unfinished);
  for (const auto& entry : values) out << entry.first << "=" << entry.second << "\n";
  out.close();
  if (!out || std::rename(unfinished.c_str(), file.c_str()) != 0) fail("cannot write " + file);
}

struct Vectors {
  size_t dimension = 0;
  size_t count = 0;
  std::vector<float> values;
  const float* row(size_t i) const { return values.data() + i * dimension; }
};

Vectors read_fvecs(const std::string& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) fail("cannot read " + file);
  size_t bytes = in.tellg();
  in.seekg(0);
  Vectors vectors;
  int32_t dimension = 0;
  in.read(reinterpret_cast<char*>(&dimension), sizeof dimension);
  vectors.dimension = dimension;
  size_t row_bytes = sizeof(float) * dimension;
  vectors.count = bytes / (sizeof dimension + row_bytes);
  vectors.values.resize(vectors.count * dimension);
  in.seekg(0);
  for (size_t i = 0; i < vectors.count; i++) {
    in.read(reinterpret_cast<char*>(&dimension), sizeof dimension);
    in.read(reinterpret_cast<char*>(vectors.values.data() + i * vectors.dimension), row_bytes);
  }
  if (!in) fail(file + " ends early");
  return vectors;
}

void write_list(std::ofstream& out, const std::vector<int32_t>& list) {
  int32_t length = static_cast<int32_t>(list.size());
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out.write(reinterpret_cast<const char*>(list.data()), sizeof(int32_t) * list.size());
}

void write_lists(const std::vector<std::vector<int32_t>>& lists, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  for (const auto& list : lists) write_list(out, list);
  if (!out) fail("cannot write " + file);
}

std::unique_ptr<hnswlib::SpaceInterface<float>> space_of(const NamedValues& set) {
  size_t dimension = std::stoul(set.at("dimension"));
  if (set.at("metric") == "COSINE") return std::make_unique<hnswlib::InnerProductSpace>(dimension);
  return std::make_unique<hnswlib::L2Space>(dimension);
}

double processor_seconds() {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6 + usage.ru_stime.tv_sec +
         usage.ru_stime.tv_usec / 1e6;
}

void build(const NamedValues& task, const NamedValues& set, NamedValues& result) {
  Vectors base = read_fvecs(task.at("data") + "/base.fvecs");
  auto space = space_of(set);
  size_t threads = std::stoul(task.at("threads"));
  double start = now();
  double processor_start = processor_seconds();
  hnswlib::HierarchicalNSW<float> graph(space.get(), base.count, kM, kEfConstruction);
  graph.addPoint(base.row(0), 0);
  std::atomic<size_t> next{1};
  std::vector<std::thread> linkers;
  for (size_t t = 0; t < threads; t++) {
    linkers.emplace_back([&] {
      for (size_t i = next++; i < base.count; i = next++) graph.addPoint(base.row(i), i);
    });
  }
  for (auto& linker : linkers) linker.join();
  double linked = now();
  result["linkedSeconds"] = std::to_string(linked - start);
  result["processorSeconds"] = std::to_string(processor_seconds() - processor_start);
  graph.saveIndex(task.at("index") + "/index.hnswlib");
  result["savedSeconds-hnswlib"] = std::to_string(now() - linked);
}

struct Passes {
  std::vector<std::vector<int32_t>> hits;
  std::vector<int32_t> nanos;
  double seconds = 0;
};

// Searches for all queries, again and again until so much time is over.
Passes passes(hnswlib::HierarchicalNSW<float>& graph, const Vectors& queries, double seconds) {
  Passes done;
  done.hits.resize(queries.count);
  double start = now();
  double before = start;
  do {
    for (size_t q = 0; q < queries.count; q++) {
      auto found = graph.searchKnn(queries.row(q), kK);
      std::vector<int32_t>& hits = done.hits[q];
      hits.assign(found.size(), 0);
      for (size_t i = found.size(); i-- > 0; found.pop()) {
        hits[i] = static_cast<int32_t>(found.top().second);
      }
      double after = now();
      done.nanos.push_back(static_cast<int32_t>((after - before) * 1e9));
      before = after;
    }
  } while (before - start < seconds);
  done.seconds = before - start;
  return done;
}

// Searches per second of some threads, counted while all of them run: see SimultaneousSearches.java.
double qps(hnswlib::HierarchicalNSW<float>& graph, const Vectors& queries, double seconds,
           size_t threads) {
  graph.setEf(kEfOfTwoThreads);
  double window = std::max(0.05, seconds);
  double warm_up = window / 8;
  std::atomic<size_t> arrived{0};
  std::atomic<double> start{0};
  std::vector<size_t> counts(threads);
  std::vector<std::thread> searchers;
  for (size_t t = 0; t < threads; t++) {
    searchers.emplace_back([&, t] {
      if (++arrived == threads) start = now();
      while (start == 0) {
      }
      size_t count = 0;
      for (size_t q = t * queries.count / threads;; q = (q + 1) % queries.count) {
        graph.searchKnn(queries.row(q), kK);
        double since = now() - start;
        if (since >= warm_up + window) break;
        if (since >= warm_up) count++;
      }
      counts[t] = count;
    });
  }
  for (auto& searcher : searchers) searcher.join();
  double sum = 0;
  for (size_t count : counts) sum += count;
  return sum / window;
}

void put_memory(NamedValues& result) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key, value;
    words >> key >> value;
    if (key == "VmRSS:") result["residentKib"] = value;
    if (key == "RssFile:") result["residentFilesKib"] = value;
  }
}

void search(const NamedValues& task, const NamedValues& set, const std::string& directory,
            NamedValues& result) {
  Vectors queries = read_fvecs(task.at("data") + "/queries.fvecs");
  auto space = space_of(set);
  hnswlib::HierarchicalNSW<float> graph(space.get(), task.at("index") + "/index.hnswlib");
  std::vector<int> efs;
  std::istringstream list(task.at("efs"));
  for (std::string ef; std::getline(list, ef, ',');) efs.push_back(std::stoi(ef));
  double seconds = std::stod(task.at("passSeconds"));
  double start = now();
  do {
    for (int ef : efs) {
      graph.setEf(ef);
      passes(graph, queries, 0);
    }
  } while (now() - start < std::stod(task.at("warmUpSeconds")));
  for (int ef : efs) {
    graph.setEf(ef);
    passes(graph, queries, seconds / 4);
    Passes done = passes(graph, queries, seconds);
    write_lists(done.hits, directory + "/hits-" + std::to_string(ef) + ".ivecs");
    write_lists({done.nanos}, directory + "/nanos-" + std::to_string(ef) + ".ivecs");
    result["seconds-" + std::to_string(ef)] = std::to_string(done.seconds);
  }
  put_memory(result);
  result["oneThreadQps"] = std::to_string(qps(graph, queries, 2 * seconds, 1));
  result["twoThreadsQps"] = std::to_string(qps(graph, queries, 2 * seconds, 2));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) fail("the argument is a directory with a task");
  std::string directory = argv[1];
  NamedValues task = read_values(directory + "/task.properties");
  NamedValues set = read_values(task.at("data") + "/set.properties");
  NamedValues result;
  result["version"] = RACE_VERSION;
  result["settings"] = "g++ -O3 -march=native, compiled on the machine of the race";
  if (task.at("work") == "build") {
    build(task, set, result);
  } else {
    search(task, set, directory, result);
  }
  write_values(result, directory + "/result.properties");
}
