import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef, useState, type ReactNode } from "react";

/** One column of a table. */
export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly render: (row: T) => ReactNode;
  /** Makes the column sortable: what rows are compared by. */
  readonly by?: (row: T) => string | number;
  readonly align?: "right";
  /** Keeps the column as narrow as its content. */
  readonly narrow?: boolean;
}

/** What a table shows. */
export interface TableProps<T> {
  /** Read out as the name of the table. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Shown instead of rows when there are none. */
  readonly empty: ReactNode;
}

const ROW_PX = 34;
/** Longer tables draw only the rows in view. */
const VIRTUAL_FROM = 150;

type Order = { readonly key: string; readonly descending: boolean };

const compare = (a: string | number, b: string | number): number =>
  typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a).localeCompare(String(b), undefined, { numeric: true });

/** A dense table: sortable, and quick with thousands of rows. */
export const DataTable = <T,>({ label, columns, rows, rowKey, empty }: TableProps<T>): ReactNode => {
  const [order, setOrder] = useState<Order>();
  const sorted = useMemo(() => {
    const by = columns.find(({ key }) => key === order?.key)?.by;
    if (by === undefined || order === undefined) return rows;
    const up = rows.toSorted((a, b) => compare(by(a), by(b)));
    return order.descending ? up.toReversed() : up;
  }, [rows, columns, order]);
  const box = useRef<HTMLDivElement>(null);
  const isLong = rows.length >= VIRTUAL_FROM;
  const virtual = useVirtualizer({
    count: isLong ? sorted.length : 0,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const shown = isLong ? items.flatMap(({ index }) => sorted[index] ?? []) : sorted;
  const before = items[0]?.start ?? 0;
  const after = isLong ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;

  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    <div
      className={isLong ? "table-box table-long" : "table-box"}
      ref={box}
      role="region"
      aria-label={label}
      tabIndex={0}
    >
      <table className="data" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.key} column={column} order={order} setOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={before} span={columns.length} />
          {shown.map((row) => (
            <Row key={rowKey(row)} row={row} columns={columns as readonly Column<unknown>[]} />
          ))}
          <Gap height={after} span={columns.length} />
        </tbody>
      </table>
    </div>
  );
};

/** Drawn again only when it says something else: scrolling adds rows and leaves those that stay alone. */
const Row = memo(
  ({ row, columns }: { readonly row: unknown; readonly columns: readonly Column<unknown>[] }): ReactNode => (
    <tr>
      {columns.map(({ key, render, align, narrow }) => (
        <td
          key={key}
          className={[align === "right" ? "number" : "", narrow ? "narrow" : ""].join(" ").trim()}
        >
          {render(row)}
        </td>
      ))}
    </tr>
  ),
);

const Gap = ({ height, span }: { readonly height: number; readonly span: number }): ReactNode =>
  height <= 0 ? null : (
    <tr aria-hidden="true" style={{ height }}>
      <td colSpan={span} />
    </tr>
  );

interface HeaderProps<T> {
  readonly column: Column<T>;
  readonly order: Order | undefined;
  readonly setOrder: (order: Order) => void;
}

const HeaderCell = <T,>({ column, order, setOrder }: HeaderProps<T>): ReactNode => {
  const className = column.align === "right" ? "number" : undefined;
  if (column.by === undefined) {
    return (
      <th scope="col" className={className}>
        {column.title}
      </th>
    );
  }
  const isOrdered = order?.key === column.key;
  const descending = isOrdered && order.descending;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={isOrdered ? (descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        className="sort"
        onClick={() => setOrder({ key: column.key, descending: isOrdered && !descending })}
      >
        {column.title}
        <span aria-hidden="true" className="sort-mark">
          {isOrdered ? (descending ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
};
