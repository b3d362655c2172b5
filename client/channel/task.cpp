#include "client/channel/task.hpp"

namespace serai::client::channel {

void Task::save(vault::Batch& batch) const {
    batch.put_encoded(vault::Place::numbered(vault::Table::task, number), *this);
}

void Task::finish(vault::Batch& batch) const {
    batch.erase(vault::Place::numbered(vault::Table::task, number));
}

Result<std::vector<Task>> load_tasks(const vault::Vault& vault) {
    constexpr std::size_t kAll = 1'000'000;
    SERAI_TRY(records, vault.scan(vault::Table::task, {}, 0, kAll));
    std::vector<Task> tasks;
    for (const vault::NumberedRecord& record : records) {
        SERAI_TRY(task, vault::Vault::decode<Task>(record.record));
        task.number = record.number;
        tasks.push_back(std::move(task));
    }
    return tasks;
}

Result<std::uint64_t> next_task_number(const vault::Vault& vault) {
    SERAI_TRY(tasks, load_tasks(vault));
    return tasks.empty() ? std::uint64_t{0} : tasks.back().number + 1;
}

void set_back(vault::Batch& batch, std::vector<Task>& tasks) {
    std::erase_if(tasks, [&](const Task& task) {
        if (task.kind == TaskKind::rejoin) {
            task.finish(batch);
        }
        return task.kind == TaskKind::rejoin;
    });
    for (Task& task : tasks) {
        if (task.kind != TaskKind::roster) {
            continue;
        }
        auto payload = protocol::codec::decode_exact<RosterPayload>(task.payload);
        if (payload && !payload->commit.empty()) {
            payload->commit.clear();
            task.payload = protocol::codec::encode(*payload);
            task.frame.reset();
            task.save(batch);
        }
    }
}

}  // namespace serai::client::channel
