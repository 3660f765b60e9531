using System.Runtime.CompilerServices;
using System.Text;

namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>
/// HTML as text. What an interpolated string says literally is markup; what it interpolates is text and is escaped, for
/// elements and for quoted attributes alike, so that nothing reaches a page unescaped.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    public HtmlWriter Add([InterpolatedStringHandlerArgument("")] ref Markup markup)
    {
        _ = markup;
        return this;
    }

    /// <summary>Text of this library's own making, as it is: the style sheet, base64.</summary>
    public HtmlWriter Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    public override string ToString() => _text.ToString();

    private void Escape(string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                '\t' or '\n' => _text.Append((char)rune.Value),

                // HTML has no way to write other control characters.
                < ' ' or (>= 0x7f and < 0xa0) => _text.Append('\ufffd'),
                _ => _text.Append(rune.ToString()),
            };
        }
    }

    /// <summary>What the compiler makes of an interpolated string: calls that write straight into the writer.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Markup
    {
        private readonly HtmlWriter _writer;

        public Markup(int literalLength, int formattedCount, HtmlWriter writer)
        {
            _ = (literalLength, formattedCount);
            _writer = writer;
        }

        public void AppendLiteral(string markup) => _writer._text.Append(markup);

        public void AppendFormatted(string? text) => _writer.Escape(text);

        /// <summary>A coordinate: to a tenth of a unit.</summary>
        public void AppendFormatted(double coordinate) => _writer._text.Append(Numbers.Coordinate(coordinate));

        public void AppendFormatted(int number) => _writer._text.Append(Numbers.Integer(number));
    }
}
