using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that enumerates in the order of insertion.</summary>
public class OrderedDict<TKey, TValue> : IDictionary<TKey, TValue>, IList<(TKey, TValue)> where TKey : notnull
{
    private readonly List<(TKey, TValue)> _list = [];
    private readonly Dictionary<TKey, TValue> _dict = [];

    public int Count => _dict.Count;
    public bool IsReadOnly => false;
    public ICollection<TKey> Keys => [.. _list.Select(entry => entry.Item1)];
    public ICollection<TValue> Values => [.. _list.Select(entry => entry.Item2)];

    public IEnumerable<TKey> keys() => _dict.Keys;
    public IEnumerable<TValue> values() => _dict.Values;
    public IEnumerator<(TKey, TValue)> items() => _list.GetEnumerator();

    public (TKey, TValue) this[int index]
    {
        get => _list[index];
        set
        {
            _list[index] = value;
            _dict[value.Item1] = value.Item2;
        }
    }

    public TValue this[TKey key]
    {
        get => _dict[key];
        set
        {
            _dict[key] = value;
            int index = Position(key);
            if (index < 0) _list.Add((key, value));
            else _list[index] = (key, value);
        }
    }

    private int Position(TKey key) => _list.FindIndex(entry => entry.Item1.Equals(key));

    public void Add(TKey key, TValue value) => Add((key, value));
    public void Add(KeyValuePair<TKey, TValue> item) => Add((item.Key, item.Value));
    public void Add((TKey, TValue) item) => Insert(_list.Count, item);

    public void Insert(int index, (TKey, TValue) item)
    {
        _dict.Add(item.Item1, item.Item2);
        _list.Insert(index, item);
    }

    public bool Remove(TKey key)
    {
        int index = Position(key);
        if (index < 0) throw new KeyNotFoundException($"The given key '{key}' was not present in the dictionary.");
        _list.RemoveAt(index);
        return _dict.Remove(key);
    }

    public bool Remove(KeyValuePair<TKey, TValue> item) => _dict.Remove(item.Key);

    public bool Remove((TKey, TValue) item)
    {
        _dict.Remove(item.Item1);
        return _list.Remove(item);
    }

    public void RemoveAt(int index)
    {
        if (index >= _list.Count) throw new IndexOutOfRangeException();
        _dict.Remove(_list[index].Item1);
        _list.RemoveAt(index);
    }

    public void clear() => Clear();

    public void Clear()
    {
        _list.Clear();
        _dict.Clear();
    }

    public bool ContainsKey(TKey key) => _dict.ContainsKey(key);
    public bool Contains(KeyValuePair<TKey, TValue> item) => _dict.ContainsKey(item.Key);
    public bool Contains((TKey, TValue) item) => _list.Contains(item);
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _dict.TryGetValue(key, out value);
    public int IndexOf((TKey, TValue) item) => _list.IndexOf(item);
    public void CopyTo((TKey, TValue)[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);
    public void CopyTo(KeyValuePair<TKey, TValue>[] array, int arrayIndex) => throw new NotImplementedException("TorchSharp gives its entries as tuples only.");

    public IEnumerator<(TKey, TValue)> GetEnumerator() => _list.GetEnumerator();
    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => throw new NotImplementedException("TorchSharp gives its entries as tuples only.");
    IEnumerator IEnumerable.GetEnumerator() => throw new NotImplementedException("TorchSharp gives its entries as tuples only.");
}
